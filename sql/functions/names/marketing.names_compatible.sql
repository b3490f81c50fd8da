-- Whether two name forms (intake.validated_people.name_form, made by rules/name_forms.py) may be names of one person: the one
-- rule wherever people's names are compared. Compatible are case, accents, order, initials, nicknames, lost letters,
-- transliterations, missing middle names, maiden and double names, a suffix on one side; not two suffixes, two first names, two
-- surnames. Nothing known (NULL) is compatible with everything. Symmetric; not transitive (Jr. and Sr. both with none).
create or replace function marketing.names_compatible(p_one text, p_other text)
returns boolean
language plpgsql
immutable
parallel safe
as $$
declare
    v_one text[];
    v_other text[];
    v_given_one text[];
    v_given_other text[];
    v_family_one text[];
    v_family_other text[];
begin
    if p_one is null or p_other is null or p_one = p_other then
        return true;
    end if;
    v_one := string_to_array(p_one, '|');
    v_other := string_to_array(p_other, '|');
    if v_one[5] <> v_other[5] and v_one[5] <> '' and v_other[5] <> '' then
        return false;
    end if;
    if strpos(p_one || p_other, ' ') = 0 then -- one name of each kind on both sides, as most people are written
        return (v_one[4] = v_other[4] or marketing.name_tokens_alike(v_one[2], v_other[2]))
            and marketing.name_tokens_alike(v_one[1], v_other[1])
            or marketing.name_tokens_alike(v_one[1], v_other[2]) and marketing.name_tokens_alike(v_one[2], v_other[1]);
    end if;
    v_given_one := string_to_array(v_one[1], ' ');
    v_given_other := string_to_array(v_other[1], ' ');
    v_family_one := string_to_array(v_one[2], ' ');
    v_family_other := string_to_array(v_other[2], ' ');
    return (
            marketing.name_tokens_alike(v_one[4], v_other[4])
            or marketing.family_names_within(v_family_one, v_family_other, v_given_other[2:])
            or marketing.family_names_within(v_family_other, v_family_one, v_given_one[2:])
        ) and (
            v_one[3] = v_other[3]
            or marketing.given_names_compatible(v_given_one, v_given_other, v_family_one, v_family_other)
        )
        -- Surname first: what is given on one side is family on the other, all of it.
        or (v_one[3] = v_other[4] or marketing.given_names_compatible(v_given_one, v_family_other, '{}', '{}'))
        and (v_one[4] = v_other[3] or marketing.given_names_compatible(v_family_one, v_given_other, '{}', '{}'));
end
$$;
revoke all on function marketing.names_compatible(text, text) from public;
grant execute on function marketing.names_compatible(text, text) to mcp_promote, outreach_validate, outreach_refresh, outreach_read;
