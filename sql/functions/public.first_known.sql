-- The first value that is not null, in the order of the rows. The transition function is strict, so a group of one
-- row, the common case by far, never calls it.
create or replace function public.keep_first(p_kept anyelement, p_next anyelement)
returns anyelement
language sql
immutable
strict
parallel safe
as 'select p_kept';
create or replace aggregate public.first_known (anyelement)(sfunc = public.keep_first, stype = anyelement);
revoke all on function public.keep_first(anyelement, anyelement) from public;
revoke all on function public.first_known(anyelement) from public;
