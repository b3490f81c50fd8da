-- Whether each family name of one name form is a family name of another, or one of its middle names written out (a maiden name).
create or replace function marketing.family_names_within(p_few text[], p_many text[], p_middle text[])
returns boolean
language sql
immutable
parallel safe
return not exists (
    select
    from unnest(p_few) as f (token)
    where not exists (select from unnest(p_many) as m (token) where marketing.name_tokens_alike(f.token, m.token))
        and (length(f.token) = 1 or array_position(p_middle, f.token) is null)
);
revoke all on function marketing.family_names_within(text[], text[], text[]) from public;
grant execute on function marketing.family_names_within(text[], text[], text[])
to mcp_promote, outreach_validate, outreach_refresh, outreach_read;
