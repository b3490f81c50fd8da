-- Opens reviews of waiting names (parallel arrays; candidates are Barton IDs with spaces between them). What is asked already
-- stays asked, what somebody decided stays decided.
create or replace function marketing.f_open_reviews(
    p_name_keys text[], p_cities text[], p_countries text[], p_names text[], p_reasons text[], p_candidates text[],
    p_load_ids bigint[]
)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into marketing.company_match_review
        (name_key, place_city, place_country, company_name, reason, candidate_ids, load_id)
    select r.name_key, r.place_city, r.place_country, r.company_name, r.reason, string_to_array(r.candidates, ' '), r.load_id
    from unnest(p_name_keys, p_cities, p_countries, p_names, p_reasons, p_candidates, p_load_ids)
        as r (name_key, place_city, place_country, company_name, reason, candidates, load_id)
    on conflict (name_key, place_city, place_country) do nothing
$$;
revoke all on function marketing.f_open_reviews(text[], text[], text[], text[], text[], text[], bigint[]) from public;
grant execute on function marketing.f_open_reviews(text[], text[], text[], text[], text[], text[], bigint[]) to mcp_promote;
