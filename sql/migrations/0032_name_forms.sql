-- A person's name as it is compared, and how much a spelling says of it (rules/name_forms.py). NULL of records validated before.
alter table intake.validated_people
add column name_form text,
add column name_grade smallint,
add constraint validated_people_name_grade_not_negative check (name_grade >= 0);
