-- Somebody has looked after an actor: its breaker is closed and counts from nothing. Whether it was open.
create or replace function public.f_close_breaker(p_actor text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_was_open boolean;
begin
    select b.open_until is not null into v_was_open from public.actor_breaker as b where b.actor = p_actor for update;
    update public.actor_breaker as b set failures = 0, opened_at = null, open_until = null where b.actor = p_actor;
    return coalesce(v_was_open, false);
end
$$;
revoke all on function public.f_close_breaker(text) from public;
grant execute on function public.f_close_breaker(text) to outreach_refresh;
