-- What must exist before the first revision: the roles, who may become whom, and the owner's right to create.
-- Run by the migrating login (a superuser, or one with CREATEROLE that owns the database). Every part asks first
-- whether it is already so, because a second login may have done it, and because roles belong to the whole cluster:
-- two databases may be migrated at once.

do $$
declare
    v_role text;
begin
    foreach v_role in array array[
        'outreach_owner', 'mcp_ingest', 'mcp_promote', 'outreach_validate', 'outreach_refresh', 'outreach_read'
    ] loop
        if not exists (select from pg_catalog.pg_roles where rolname = v_role) then
            begin
                execute format('create role %I nologin', v_role);
            exception when duplicate_object or unique_violation then
                null; -- another database of this cluster was faster
            end;
        end if;
    end loop;
    if not exists (select from pg_catalog.pg_roles where rolname = 'outreach_app') then
        begin
            -- noinherit: the login has no right of its own until it says which narrow role it is.
            create role outreach_app login noinherit;
        exception when duplicate_object or unique_violation then
            null;
        end;
    end if;
end
$$;

do $$
declare
    v_role text;
begin
    foreach v_role in array array[
        'mcp_ingest', 'mcp_promote', 'outreach_validate', 'outreach_refresh', 'outreach_read'
    ] loop
        if not pg_catalog.pg_has_role('outreach_app', v_role, 'MEMBER') then
            begin
                execute format('grant %I to outreach_app', v_role);
            exception when unique_violation then
                null;
            end;
        end if;
    end loop;
end
$$;

do $$
begin
    if not pg_catalog.has_database_privilege('outreach_owner', pg_catalog.current_database(), 'CREATE') then
        execute format('grant create on database %I to outreach_owner', pg_catalog.current_database());
    end if;
    -- With grant option: the revisions run as the owner and give usage on to the narrow roles. Without it their
    -- grant on this schema, which the owner does not own, would do nothing but warn.
    if not pg_catalog.has_schema_privilege('outreach_owner', 'public', 'CREATE')
        or not pg_catalog.has_schema_privilege('outreach_owner', 'public', 'USAGE WITH GRANT OPTION')
    then
        grant create on schema public to outreach_owner;
        grant usage on schema public to outreach_owner with grant option;
    end if;
    if exists (
        select
        from pg_catalog.pg_namespace as n
        cross join lateral pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) as a
        where n.nspname = 'public' and a.grantee = 0
    ) then
        revoke all on schema public from public;
    end if;
end
$$;
