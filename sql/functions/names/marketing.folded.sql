-- A text as it is compared: no case, no accents on letters, everything but letters and digits one blank. The short form
-- of rules.texts.fold, for the few values that a promotion sees change.
create or replace function marketing.folded(p_text text)
returns text
language sql
immutable
parallel safe
return trim(regexp_replace(
    regexp_replace(normalize(lower(p_text), nfkd), '[\u0300-\u036f]', '', 'g'), '[^[:alnum:]]+', ' ', 'g'
));
revoke all on function marketing.folded(text) from public;
