-- Whether the given names of two name forms may be of one person: the fewer are found among the others in their order, from
-- the first on; before it there may be an initial (J. Benjamin, Benjamin). Middle names that the other side has as a family name
-- (p_family_*) are left out: a maiden name.
create or replace function marketing.given_names_compatible(
    p_one text[], p_other text[], p_family_one text[], p_family_other text[]
)
returns boolean
language plpgsql
immutable
parallel safe
as $$
declare
    v_few text[] := p_one[:1] || array(
        select t.token from unnest(p_one[2:]) with ordinality as t (token, n) where t.token <> all (p_family_other) order by t.n
    );
    v_many text[] := p_other[:1] || array(
        select t.token from unnest(p_other[2:]) with ordinality as t (token, n) where t.token <> all (p_family_one) order by t.n
    );
    v_swap text[];
    v_at integer := 1;
begin
    if cardinality(v_few) > cardinality(v_many) then
        v_swap := v_few;
        v_few := v_many;
        v_many := v_swap;
    end if;
    for i in 1 .. cardinality(v_few) loop
        while v_at <= cardinality(v_many) and not marketing.name_tokens_alike(v_few[i], v_many[v_at]) loop
            if i = 1 and length(v_many[v_at]) > 1 then
                return false;
            end if;
            v_at := v_at + 1;
        end loop;
        if v_at > cardinality(v_many) then
            return false;
        end if;
        v_at := v_at + 1;
    end loop;
    return true;
end
$$;
revoke all on function marketing.given_names_compatible(text[], text[], text[], text[]) from public;
grant execute on function marketing.given_names_compatible(text[], text[], text[], text[])
to mcp_promote, outreach_validate, outreach_refresh, outreach_read;
