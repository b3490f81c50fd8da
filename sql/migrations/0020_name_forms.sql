-- A person's name as it is compared, and how much a spelling says of it (rules/name_forms.py). NULL of records validated before.
alter table intake.validated_people
add column name_form text,
add column name_grade smallint,
add constraint validated_people_name_grade_not_negative check (name_grade >= 0);
comment on column intake.validated_people.name_form is 'The name as it is compared (marketing.names_compatible): given names, family names, both in one word, suffix.';
comment on column intake.validated_people.name_grade is 'How much the name says: 0 a whole one; more the less (1 letters lost, 2 cut, 2 no first name but initials, 4 no last name but one).';
