-- Counts a run of an actor for its breaker: three failures in a row open it for p_open_for; a run that brought something
-- closes it. A trial that fails after that time opens it again. Returns until when it is open.
create or replace function public.f_count_run(p_actor text, p_failed boolean, p_reason text, p_open_for interval)
returns timestamptz
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into public.actor_breaker as b (actor, failures, last_failure)
    values (p_actor, p_failed::integer, case when p_failed then p_reason end)
    on conflict (actor) do update
    set failures = case when p_failed then least(b.failures + 1, 1000) else 0 end,
        last_failure = case when p_failed then p_reason else b.last_failure end,
        opened_at = case when p_failed and b.failures + 1 >= 3 then coalesce(b.opened_at, clock_timestamp()) end,
        open_until = case when p_failed and b.failures + 1 >= 3 then clock_timestamp() + p_open_for end
    returning b.open_until
$$;
revoke all on function public.f_count_run(text, boolean, text, interval) from public;
