-- Whether an address can be somebody's at this company: its domain is nobody's that we know, or this company's too.
create or replace function marketing.f_is_mail_of(p_email text, p_company_no bigint)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(bool_or(k.company_no = p_company_no), true)
    from marketing.company_key as k
    where k.kind = 'domain' and k.value = split_part(p_email, '@', 2);
$$;
revoke all on function marketing.f_is_mail_of(text, bigint) from public;
