-- Whether two names within name forms (rules/name_forms.py: a spelling and, after commas, what else it may be) may be one: equal in
-- one of their spellings, the initial of the other, or equal but for lost letters.
create or replace function marketing.name_tokens_alike(p_one text, p_other text)
returns boolean
language sql
immutable
parallel safe
return p_one = p_other
    or length(p_one) = 1 and strpos(',' || p_other, ',' || p_one) > 0
    or length(p_other) = 1 and strpos(',' || p_one, ',' || p_other) > 0
    or strpos(p_one || p_other, ',') > 0 and string_to_array(p_one, ',') && string_to_array(p_other, ',')
    or translate(p_one, '_%', '') <> p_one and ',' || p_other || ',' like '%,' || p_one || ',%'
    or translate(p_other, '_%', '') <> p_other and ',' || p_one || ',' like '%,' || p_other || ',%';
revoke all on function marketing.name_tokens_alike(text, text) from public;
grant execute on function marketing.name_tokens_alike(text, text) to mcp_promote, outreach_validate, outreach_refresh, outreach_read;
