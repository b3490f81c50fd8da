-- Names and numbers are searched for as well, each search with its own terms.
drop function if exists vault.f_scrub(text, text[]);
