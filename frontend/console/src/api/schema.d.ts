// Generated from the service's OpenAPI document by `npm run api`; do not edit.

export interface paths {
    "/api/v1/cell/brokers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Disks, traffic and what each broker holds; rates are null where nothing is known now. */
        get: operations["list_cell_brokers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cell/brokers/{broker_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description Forget a broker that is stopped and holds nothing. */
        delete: operations["removeBroker"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cell/brokers/{broker_id}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * @description Move everything off a broker, for good; answers when the moves are begun. With
         *     validate_only, say what would move.
         */
        post: operations["drainBroker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cell/brokers/{broker_id}/undrain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Let a broker hold replicas again, and keep those that have not left yet. */
        post: operations["undrainBroker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cell/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Every plan with all of its limits (operators). */
        get: operations["list_plans"];
        /**
         * @description Change those limits for every tenant of the plan, or make a plan (operators).
         *
         *     A limit may be below what is in use: `exceeded` tells of each such.
         */
        put: operations["put_plan"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cell/reassignments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * @description What is on the move: copy_bytes is all that is copied, of which remaining_bytes are
         *     left. Nulls while a leader has not told.
         */
        get: operations["listReassignments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cell/reassignments/{tenant}/{topic_name}/{partition_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description Let the partition stay where it is. */
        delete: operations["cancelReassignment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/filters:test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Whether a filter (CEL) matches a record, written as the records endpoints answer it. */
        post: operations["testFilter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description What the invitation of a code is for; the same whether anybody has the invited login. */
        post: operations["show_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitation/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Accept an invitation as somebody new: a login NAME@TENANT is made, and signed in. */
        post: operations["join_by_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Limits of the caller's tenant: default, applied and used. */
        get: operations["get_own_quotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Who is signed in, and the CSRF token; 401 carries the token too. */
        get: operations["api_v1_session_retrieve"];
        put?: never;
        /** @description Sign in. */
        post: operations["api_v1_session_create"];
        /** @description Sign out. */
        delete: operations["api_v1_session_destroy"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The tenants that whoever is signed in is invited into, by name. */
        get: operations["list_own_invitations"];
        put?: never;
        /** @description Accept an invitation of one's own by its `tenant`, or any by its `code`. */
        post: operations["accept_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/invitations/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description Be shown the invitation into that tenant no more; the tenant is not told. */
        delete: operations["decline_invitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** @description Change the password of who is signed in; the person's other sessions end. */
        put: operations["change_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The caller's tenants; for an operator all of them. */
        get: operations["list_tenants"];
        put?: never;
        /** @description Make a tenant that has no members yet (operators). */
        post: operations["create_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description A tenant's settings. */
        get: operations["get_tenant"];
        put?: never;
        post?: never;
        /**
         * @description Cut the tenant off within five seconds, and purge it after a grace (operators, owners).
         *
         *     Until then `POST …:restore` gives everything back.
         */
        delete: operations["delete_tenant"];
        options?: never;
        head?: never;
        /**
         * @description Change settings; `active` is for operators to change.
         *
         *     `active` false is a suspension, as by `:suspend`.
         */
        patch: operations["alter_tenant"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant}:restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Take a deletion back, before the tenant is purged (operators, owners). */
        post: operations["restore_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}:resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description End a suspension (operators). */
        post: operations["resume_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}:suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Cut a tenant off within five seconds; what it has stays (operators). */
        post: operations["suspend_tenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/acls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Bindings by principal, then by what they are about. */
        get: operations["list_acls"];
        put?: never;
        /** @description Make a binding; one that is there already is answered as if it was made. */
        post: operations["create_acl"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/acls:preset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * @description Make what a producer, a consumer or an administrator needs; with validate_only, say what
         *     that would be (ids are empty).
         */
        post: operations["create_acls_by_preset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/acls/{acl_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description End a binding; where there is none of that id nothing is done. */
        delete: operations["delete_acl"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description All keys, revoked and expired ones too, oldest first; of secrets nothing is kept. */
        get: operations["list_api_keys"];
        put?: never;
        /** @description A key for a service account, or without one for the administrator; shown this once. */
        post: operations["issue_api_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/api-keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description End a key for good; its connections are cut within five seconds. Twice is harmless. */
        delete: operations["revoke_api_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/api-keys/{key_id}:rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description A new key in this one's place, shown this once; both log in until the overlap is over. */
        post: operations["rotate_api_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description A page of the tenant's audit log. */
        get: operations["list_audit_entries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/audit.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description All entries from the first on, as a table, with their digests. */
        get: operations["export_audit_entries_csv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/audit.ndjson": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description All entries from the first on, a line of JSON each, with their digests. */
        get: operations["export_audit_entries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/audit/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Whether every entry is as it was written, and none is missing. */
        get: operations["verify_audit_entries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/client-quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description All quotas of principals, client ids and addresses, with what is used of them. */
        get: operations["list_client_quotas"];
        /** @description Give one entity these quotas, and no others. */
        put: operations["put_client_quota"];
        post?: never;
        /** @description Take all quotas of one entity away. */
        delete: operations["delete_client_quota"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/connect/connectors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description All connectors by name, with their tasks and what those counted last. */
        get: operations["list_connector_overviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/connect/connectors:try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Connect to the target as the connector would, and say how that went; nothing is kept. */
        post: operations["try_connector_config"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/connect/connectors/{connector}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One connector, its tasks and what those counted last. */
        get: operations["get_connector_overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/connect/connectors/{connector}/tasks/{task}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The last lines that a task's processes logged, oldest first. */
        get: operations["get_connector_task_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/connect/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description All connectors and tasks as Prometheus scrapes them, with an API key by HTTP Basic. */
        get: operations["get_connect_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/connect/plugins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Connectors, converters, transforms and predicates, with what each is for. */
        get: operations["list_connect_catalogue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Invitations that nobody has accepted yet, by login. */
        get: operations["list_invitations"];
        put?: never;
        /**
         * @description Invite a person; the answer is the same whether anybody has that login or not.
         *
         *     Who signs in under it sees the invitation; anybody else follows `/invitation#CODE`, whose
         *     code is shown this once. A former invitation of that login ends.
         */
        post: operations["invite_member"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/invitations/{invited}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description Withdraw an invitation; its code opens nothing from then on. */
        delete: operations["withdraw_invitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Members by login. */
        get: operations["list_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/members/{login}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description End a membership; the person's sockets at this tenant close within five seconds. */
        delete: operations["remove_member"];
        options?: never;
        head?: never;
        /** @description Give a member another role; only owners make and unmake owners. */
        patch: operations["change_role"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Up to the newest tick; there is one every ten seconds. */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``tenant`` is a name; another's is answered as an absent one. */
        get: operations["api_v1_tenants_overview_retrieve"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description A tenant's limits: default, applied and used. */
        get: operations["get_quotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * @description Give a tenant limits of its own (null: the plan's again), or a plan (operators).
         *
         *     A limit may be below what is in use: `exceeded` tells of each such.
         */
        patch: operations["alter_quotas"];
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/service-accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Service accounts by name, with how many keys log in as each. */
        get: operations["list_service_accounts"];
        put?: never;
        /** @description A principal for a program; it has no key yet. */
        post: operations["create_service_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/service-accounts/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description Remove a service account and its keys; their connections are cut within five seconds. */
        delete: operations["delete_service_account"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description A ticket that opens one websocket, within 30 seconds, as whoever asked for it. */
        post: operations["api_v1_tenants_tickets_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/topics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Every topic with its size, its rates and its health, by name. */
        get: operations["list_topic_figures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/topics/{topic}/partitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Where each partition is, who leads it, what it holds, how far followers are. */
        get: operations["get_partition_map"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * @description Hours and days are UTC; one in which nothing was used is left out. Hours are kept for 90
         *     days.
         */
        get: operations["get_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant}/usage.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The same as a table. */
        get: operations["export_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Whose API this is, and the tenant's cluster. */
        get: operations["get_connect"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/admin/loggers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Tasks log from INFO on; there is no other logger. */
        get: operations["list_connect_loggers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/admin/loggers/{logger}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The level from which on it logs. */
        get: operations["get_connect_logger"];
        /** @description Only to what it is: workers are many tenants', and none sets how they log. */
        put: operations["set_connect_logger"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connector-plugins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Plugins by their short names. Kafka's class names are understood as well. */
        get: operations["list_connector_plugins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connector-plugins/{plugin}/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The keys that it can be configured with. */
        get: operations["get_connector_plugin_config"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connector-plugins/{plugin}/config/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * @description Every key with what is wrong about it. Nothing is kept and nothing is connected to.
         *
         *     What does not go together is told once each key is right by itself. `********` is judged by
         *     the secret of the connector `name` that it keeps; which keeps none, or would send one
         *     elsewhere, is told too.
         */
        put: operations["validate_connector_config"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Connectors' names; with expand what they are, how they are, or both, by name. */
        get: operations["list_connectors"];
        put?: never;
        /** @description Make one; initial_state STOPPED lets its offsets be set before it begins. */
        post: operations["create_connector"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors/{connector}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What it is; secrets are hidden. */
        get: operations["get_connector"];
        put?: never;
        post?: never;
        /** @description End it and its tasks. What it wrote stays, and so does how far it was. */
        delete: operations["delete_connector"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors/{connector}/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Its config; secrets are hidden. */
        get: operations["get_connector_config"];
        /** @description Make the connector, or give the one there is this config in the place of its own. */
        put: operations["put_connector_config"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** @description Change some keys; null takes one out. */
        patch: operations["patch_connector_config"];
        trace?: never;
    };
    "/connect/connectors/{connector}/offsets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description How far it is: a source in its own terms, a sink by topic and partition. */
        get: operations["get_connector_offsets"];
        put?: never;
        post?: never;
        /** @description Have a stopped connector begin from the beginning. */
        delete: operations["reset_connector_offsets"];
        options?: never;
        head?: never;
        /** @description Have a stopped connector go on from elsewhere; an offset of null forgets a partition. */
        patch: operations["alter_connector_offsets"];
        trace?: never;
    };
    "/connect/connectors/{connector}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** @description Its tasks stay and do nothing until it is resumed. */
        put: operations["pause_connector"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors/{connector}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Start the connector anew, or its tasks as well; 202 says what is RESTARTING (KIP-745). */
        post: operations["restart_connector"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors/{connector}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** @description Have a paused or stopped connector run. */
        put: operations["resume_connector"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors/{connector}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description How it and its tasks are, with the trace of what has failed. */
        get: operations["get_connector_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors/{connector}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** @description End its tasks and keep its config; its offsets may be changed once it is STOPPED. */
        put: operations["stop_connector"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors/{connector}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Its tasks and their configs; secrets are hidden. */
        get: operations["list_connector_tasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors/{connector}/tasks-config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * @deprecated
         * @description The same by NAME-NUMBER, as older clients ask for it.
         */
        get: operations["get_connector_task_configs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors/{connector}/tasks/{task}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Start one task anew, at once whatever has failed before. */
        post: operations["restart_connector_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors/{connector}/tasks/{task}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description How one task is. */
        get: operations["get_connector_task_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors/{connector}/topics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Topics that it has read or written since that was last reset. */
        get: operations["list_connector_topics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/connectors/{connector}/topics/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** @description Forget which topics it has read or written. */
        put: operations["reset_connector_topics"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/connect/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Whether there is a worker to run connectors (KIP-1017). */
        get: operations["get_connect_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Does nothing, for whoever wants to know whether the service answers. Needs no credential. */
        get: operations["check_kafka_v2"];
        put?: never;
        /** @description As GET. */
        post: operations["post_kafka_v2"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/brokers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The ids of the brokers that serve. */
        get: operations["list_brokers_v2"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/consumers/{group}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description A new consumer instance of a group. It ends when it is deleted, when nobody asks it anything for 300 s, and when the credential that created it no longer holds. */
        post: operations["create_consumer_instance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/consumers/{group}/instances/{instance}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description End an instance. It leaves its group and commits nothing by that. */
        delete: operations["delete_consumer_instance"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/consumers/{group}/instances/{instance}/assignments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The partitions that an instance reads now; none while its group rebalances. */
        get: operations["get_consumer_instance_assignments"];
        put?: never;
        /** @description Have the instance read these partitions, without being a member of its group. */
        post: operations["assign_consumer_instance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/consumers/{group}/instances/{instance}/offsets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What the group has committed for the partitions of the body, as REST v2 has it; without a body, for all that the instance reads. */
        get: operations["get_consumer_instance_offsets"];
        put?: never;
        /** @description Commit the offsets of the last records that were consumed; without a body, of all that the last answer held. */
        post: operations["commit_consumer_instance_offsets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/consumers/{group}/instances/{instance}/positions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Read on from these offsets, or from the first records at or after these times. */
        post: operations["seek_consumer_instance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/consumers/{group}/instances/{instance}/positions/beginning": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Read on from the oldest records of these partitions. */
        post: operations["seek_consumer_instance_to_beginning"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/consumers/{group}/instances/{instance}/positions/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Read only what is written to these partitions from now on. */
        post: operations["seek_consumer_instance_to_end"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/consumers/{group}/instances/{instance}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The next records. Without auto.commit.enable the same records are given again until they are committed, so that no answer that was lost loses any; the header Headwater-Redelivered says so. The first request waits for the group to assign partitions, then as long as it says. */
        get: operations["read_consumer_instance_records"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/consumers/{group}/instances/{instance}/subscription": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The topics that an instance is subscribed to. */
        get: operations["get_consumer_instance_subscription"];
        put?: never;
        /** @description Have the group assign the instance its part of these topics, instead of those before. A pattern is a regular expression of RE2's that matches a topic's whole name. */
        post: operations["subscribe_consumer_instance"];
        /** @description Leave the group, or let go of the partitions that were assigned by hand. */
        delete: operations["unsubscribe_consumer_instance"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/topics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The tenant's topics by name. */
        get: operations["list_topics_v2"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/topics/{topic}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description A topic, its configs in force, and its partitions. */
        get: operations["get_topic_v2"];
        put?: never;
        /** @description Write records, each to the partition that it names or that its key chooses. */
        post: operations["produce_to_topic_v2"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/topics/{topic}/partitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The partitions of a topic. */
        get: operations["list_partitions_v2"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/topics/{topic}/partitions/{partition}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One partition of a topic. */
        get: operations["get_partition_v2"];
        put?: never;
        /** @description Write records to one partition. */
        post: operations["produce_to_partition_v2"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v2/topics/{topic}/partitions/{partition}/offsets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The offset of a partition's oldest record, and that of the next one to be written. */
        get: operations["get_partition_offsets_v2"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters`` */
        get: operations["listKafkaClusters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}`` */
        get: operations["getKafkaCluster"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/acls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Those that the filter matches; all without one. */
        get: operations["getKafkaAcls"];
        put?: never;
        /** @description Make one; one that is there already is no failure. */
        post: operations["createKafkaAcls"];
        /** @description End those that the filter matches. */
        delete: operations["deleteKafkaAcls"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/acls:batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Make several, all or none. */
        post: operations["batchCreateKafkaAcls"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/broker-configs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/broker-configs`` */
        get: operations["listKafkaClusterConfigs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/broker-configs:alter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Set and reset several configs, all or none. */
        post: operations["updateKafkaClusterConfigs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/broker-configs/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/broker-configs/{name}`` */
        get: operations["getKafkaClusterConfig"];
        /** @description Set the config for this tenant. */
        put: operations["updateKafkaClusterConfig"];
        post?: never;
        /** @description Reset the config to its default. */
        delete: operations["deleteKafkaClusterConfig"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/brokers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/brokers`` */
        get: operations["listKafkaBrokers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/brokers/-/configs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/brokers/-/configs`` */
        get: operations["listKafkaAllBrokerConfigs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/brokers/{broker_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/brokers/{broker_id}`` */
        get: operations["getKafkaBroker"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/brokers/{broker_id}/configs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/brokers/{broker_id}/configs`` */
        get: operations["listKafkaBrokerConfigs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/brokers/{broker_id}/configs:alter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Refused: no config of a single broker can be set. */
        post: operations["updateKafkaBrokerConfigBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/brokers/{broker_id}/configs/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/brokers/{broker_id}/configs/{name}`` */
        get: operations["getKafkaBrokerConfig"];
        /** @description Refused: no config of a single broker can be set. */
        put: operations["updateKafkaBrokerConfig"];
        post?: never;
        /** @description Refused: no config of a single broker can be reset. */
        delete: operations["deleteKafkaBrokerConfig"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/brokers/{broker_id}/partition-replicas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/brokers/{broker_id}/partition-replicas`` */
        get: operations["searchKafkaPartitionReplicasByBroker"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/consumer-groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The tenant's consumer groups, of both types, by name. */
        get: operations["listKafkaConsumerGroups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/consumer-groups:totals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Every group's members and lag as a number each, by name: for lists that are sorted by them. */
        get: operations["listKafkaConsumerGroupTotals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One consumer group. */
        get: operations["getKafkaConsumerGroup"];
        put?: never;
        post?: never;
        /** @description Delete a group without members, with all that it has committed. */
        delete: operations["deleteKafkaConsumerGroup"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/consumers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The members of a group. */
        get: operations["listKafkaConsumers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/consumers/{consumer_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One member of a group. */
        get: operations["getKafkaConsumer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/consumers/{consumer_id}/assignments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The partitions that a member reads. */
        get: operations["listKafkaConsumerAssignments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/consumers/{consumer_id}/assignments/{topic_name}/partitions/{partition_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One partition that a member reads. */
        get: operations["getKafkaConsumerAssignment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/lag-summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The largest and the total lag of a group. */
        get: operations["getKafkaConsumerGroupLagSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/lags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description How far the group is behind, by partition: in records and in seconds. */
        get: operations["listKafkaConsumerLags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/lags/{topic_name}/partitions/{partition_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description How far the group is behind on one partition. */
        get: operations["getKafkaConsumerLag"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/offsets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description Have a group forget what it committed for a topic that none of its members is subscribed to. */
        delete: operations["deleteKafkaConsumerGroupOffsets"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/consumer-groups/{consumer_group_id}/offsets:reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Set where a group without members goes on reading; with validate_only, only say what it would be. The partitions are those of `topics`, else all that the group has committed for. `value` is an offset, a time (Unix ms), a duration back from now (ms) or a count, as `to` says. */
        post: operations["resetKafkaConsumerGroupOffsets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/topics`` */
        get: operations["listKafkaTopics"];
        put?: never;
        /** @description Create a topic; with validate_only, say what would be created. */
        post: operations["createKafkaTopic"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/-/configs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The configs of all topics, sent as they are found. */
        get: operations["listKafkaAllTopicConfigs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/-/configs:alter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * @description Alter the configs of several topics, each topic's all or none; 207 names those that were
         *     refused.
         */
        post: operations["updateKafkaTopicsConfigBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/-/partitions/-/reassignment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/topics/-/partitions/-/reassignment`` */
        get: operations["listKafkaAllReassignments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/topics/{topic_name}`` */
        get: operations["getKafkaTopic"];
        put?: never;
        post?: never;
        /** @description ``/clusters/{cluster_id}/topics/{topic_name}`` */
        delete: operations["deleteKafkaTopic"];
        options?: never;
        head?: never;
        /** @description Raise the partition count; with validate_only, say what the topic would be. */
        patch: operations["updatePartitionCountKafkaTopic"];
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/configs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/topics/{topic_name}/configs`` */
        get: operations["listKafkaTopicConfigs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/configs:alter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Set and reset several configs, all or none. */
        post: operations["updateKafkaTopicConfigBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/configs/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/topics/{topic_name}/configs/{name}`` */
        get: operations["getKafkaTopicConfig"];
        /** @description Set the config. */
        put: operations["updateKafkaTopicConfig"];
        post?: never;
        /** @description Reset the config to its default. */
        delete: operations["deleteKafkaTopicConfig"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/default-configs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What a topic that sets nothing has; the topic need not exist. */
        get: operations["listKafkaDefaultTopicConfigs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/partitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/topics/{topic_name}/partitions`` */
        get: operations["listKafkaPartitions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/partitions/-/reassignment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/topics/{topic_name}/partitions/-/reassignment`` */
        get: operations["searchKafkaReassignmentsByTopic"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}`` */
        get: operations["getKafkaPartition"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}/offset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Where the partition's log starts, and its high watermark. */
        get: operations["getKafkaPartitionOffsets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}/reassignment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``…/partitions/{partition_id}/reassignment`` */
        get: operations["getKafkaReassignment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Read records of one partition; waits for the first one. */
        get: operations["consumePartitionRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}/records/{offset}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One record, whole, however long its value is. */
        get: operations["getRecord"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}/replicas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}/replicas`` */
        get: operations["listKafkaReplicas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/partitions/{partition_id}/replicas/{broker_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description ``…/partitions/{partition_id}/replicas/{broker_id}`` */
        get: operations["getKafkaReplica"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Read a topic's records in the order of their timestamps, forward or backward, page by page. */
        get: operations["consumeTopicRecords"];
        put?: never;
        /** @description Produce one record, or many as concatenated JSON objects; each is answered by one object, in order, while the body is still being sent. */
        post: operations["produceRecord"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/records:batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Produce up to 1,000 records in one document, each with an id of its own. */
        post: operations["produceRecordsBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/records:delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Delete the oldest records of partitions, for good; with validate_only, say how many would go. All partitions are checked before the first record goes. */
        post: operations["deleteKafkaRecords"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Error: {
            /** Format: int32 */
            error_code: number;
            message: string | null;
        };
    };
    responses: {
        /** @description What happened, to which thing, what to do. */
        Error: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description What happened, to which thing, what to do. */
        ErrorV2: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/vnd.kafka.v2+json": components["schemas"]["Error"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_cell_brokers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            bytes_in_per_s?: number | null;
                            bytes_out_per_s?: number | null;
                            /** Format: int64 */
                            disk_bytes?: number | null;
                            /** Format: int64 */
                            disk_free_bytes?: number | null;
                            draining?: boolean;
                            /** Format: date-time */
                            heartbeat_at?: string;
                            host?: string;
                            /** Format: int64 */
                            id?: number;
                            lacks_room?: boolean;
                            /** Format: int64 */
                            leaders?: number;
                            network_in_per_s?: number | null;
                            network_out_per_s?: number | null;
                            /** Format: int64 */
                            port?: number;
                            rack?: string | null;
                            /** Format: int64 */
                            replicas?: number;
                            requests_per_s?: number | null;
                            /** @enum {string} */
                            state?: "running" | "fenced";
                            /** Format: int64 */
                            stored_bytes?: number | null;
                            /** Format: int64 */
                            under_replicated?: number;
                            volume?: string;
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    removeBroker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    drainBroker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker_id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    validate_only?: boolean;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        begun: number;
                        broker_id: number;
                        moving: number;
                        stuck: string[];
                        validate_only: boolean;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    undrainBroker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        broker_id: number;
                        cancelled: number;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    list_plans: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description By name; `GET /api/v1/quotas` lists the names with their units. */
                            limits: {
                                [key: string]: number;
                            };
                            name: string;
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_plan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description By name; `GET /api/v1/quotas` lists the names with their units. */
                    limits: {
                        [key: string]: number;
                    };
                    name: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of what more is in use than may be: it stays, and no more comes. */
                        exceeded: {
                            /** Format: int64 */
                            applied: number;
                            name: string;
                            tenant: string;
                            used: number;
                        }[];
                        /** @description By name; `GET /api/v1/quotas` lists the names with their units. */
                        limits: {
                            [key: string]: number;
                        };
                        name: string;
                        /** @description Tenants of the plan that were not looked at: it has more than 200. */
                        unchecked_tenants: number;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listReassignments: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            adding: number[];
                            /** Format: int64 */
                            copy_bytes: number | null;
                            eta_s: number | null;
                            partition: number;
                            /** Format: int64 */
                            remaining_bytes: number | null;
                            removing: number[];
                            tenant: string;
                            topic: string;
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    cancelReassignment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                partition_id: number;
                tenant: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    testFilter: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    filter: string;
                    record: {
                        headers?: {
                            name: string;
                            /** Format: byte */
                            value?: string | null;
                        }[];
                        key?: {
                            /** @description base64, any JSON, or a string, by type */
                            data: unknown;
                            /** @description The whole record, when it is truncated. */
                            href?: string;
                            /** @description Bytes of the whole, when it is truncated. */
                            size?: number;
                            /** @description Only the beginning is shown, as text or base64. */
                            truncated?: boolean;
                            /** @enum {string} */
                            type: "BINARY" | "JSON" | "STRING";
                        } | null;
                        /** Format: int64 */
                        offset?: number;
                        /** Format: int32 */
                        partition_id?: number;
                        /** @description Bytes of key and value. */
                        size?: number;
                        /**
                         * Format: int64
                         * @description Unix ms, -1 for none
                         */
                        timestamp?: number;
                        value?: {
                            /** @description base64, any JSON, or a string, by type */
                            data: unknown;
                            /** @description The whole record, when it is truncated. */
                            href?: string;
                            /** @description Bytes of the whole, when it is truncated. */
                            size?: number;
                            /** @description Only the beginning is shown, as text or base64. */
                            truncated?: boolean;
                            /** @enum {string} */
                            type: "BINARY" | "JSON" | "STRING";
                        } | null;
                    };
                };
            };
        };
        responses: {
            /** @description Whether it matches. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Why the filter has no answer for it. */
                        failure?: string;
                        matches: boolean;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    show_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    code: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        expires_at: string;
                        invited_by: string;
                        /** @description Who was invited, as the tenant calls them. */
                        login: string;
                        role: string;
                        tenant: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    join_by_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    code: string;
                    full_name?: string;
                    /** @description What comes before the @: the login will be NAME@TENANT. */
                    name: string;
                    password: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        csrf_token: string;
                        tenants: {
                            cluster_id: string;
                            name: string;
                            role: string;
                            scopes: string[];
                        }[];
                        user: {
                            is_operator: boolean;
                            login: string;
                            name: string;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_own_quotas: {
        parameters: {
            query?: {
                /** @description Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: int64 */
                            applied: number;
                            /** Format: int64 */
                            default: number;
                            description: string;
                            name: string;
                            /** @enum {string} */
                            scope: "tenant";
                            unit: string;
                            /** @description null where nobody has counted. */
                            used: number | null;
                        }[];
                        /** @description Of what more is in use than may be: it stays, and no more comes. */
                        exceeded: {
                            /** Format: int64 */
                            applied: number;
                            name: string;
                            tenant: string;
                            used: number;
                        }[];
                        plan: string;
                        tenant: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    api_v1_session_retrieve: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        csrf_token: string;
                        tenants: {
                            cluster_id: string;
                            name: string;
                            role: string;
                            scopes: string[];
                        }[];
                        user: {
                            is_operator: boolean;
                            login: string;
                            name: string;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    api_v1_session_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    login: string;
                    password: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        csrf_token: string;
                        tenants: {
                            cluster_id: string;
                            name: string;
                            role: string;
                            scopes: string[];
                        }[];
                        user: {
                            is_operator: boolean;
                            login: string;
                            name: string;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    api_v1_session_destroy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    list_own_invitations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            expires_at: string;
                            invited_by: string;
                            role: string;
                            tenant: string;
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    accept_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    code?: string;
                    tenant?: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        role: string;
                        tenant: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    decline_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    current: string;
                    new: string;
                };
            };
        };
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    list_tenants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            active: boolean;
                            auto_create_topics: boolean;
                            cluster_id: string;
                            /** Format: date-time */
                            created_at: string;
                            default_partition_count: number;
                            /** Format: date-time */
                            delete_after: string | null;
                            name: string;
                            plan: string;
                            /** @enum {string} */
                            standing: "active" | "suspended" | "deleting";
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    create_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    name: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        active: boolean;
                        auto_create_topics: boolean;
                        cluster_id: string;
                        /** Format: date-time */
                        created_at: string;
                        default_partition_count: number;
                        /** Format: date-time */
                        delete_after: string | null;
                        name: string;
                        plan: string;
                        /** @enum {string} */
                        standing: "active" | "suspended" | "deleting";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        active: boolean;
                        auto_create_topics: boolean;
                        cluster_id: string;
                        /** Format: date-time */
                        created_at: string;
                        default_partition_count: number;
                        /** Format: date-time */
                        delete_after: string | null;
                        name: string;
                        plan: string;
                        /** @enum {string} */
                        standing: "active" | "suspended" | "deleting";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_tenant: {
        parameters: {
            query?: {
                /** @description How long the deletion can be taken back by `:restore`. */
                grace_seconds?: number;
            };
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        active: boolean;
                        auto_create_topics: boolean;
                        cluster_id: string;
                        /** Format: date-time */
                        created_at: string;
                        default_partition_count: number;
                        /** Format: date-time */
                        delete_after: string | null;
                        name: string;
                        plan: string;
                        /** @enum {string} */
                        standing: "active" | "suspended" | "deleting";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    alter_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    active?: boolean;
                    auto_create_topics?: boolean;
                    default_partition_count?: number;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        active: boolean;
                        auto_create_topics: boolean;
                        cluster_id: string;
                        /** Format: date-time */
                        created_at: string;
                        default_partition_count: number;
                        /** Format: date-time */
                        delete_after: string | null;
                        name: string;
                        plan: string;
                        /** @enum {string} */
                        standing: "active" | "suspended" | "deleting";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    restore_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        active: boolean;
                        auto_create_topics: boolean;
                        cluster_id: string;
                        /** Format: date-time */
                        created_at: string;
                        default_partition_count: number;
                        /** Format: date-time */
                        delete_after: string | null;
                        name: string;
                        plan: string;
                        /** @enum {string} */
                        standing: "active" | "suspended" | "deleting";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    resume_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        active: boolean;
                        auto_create_topics: boolean;
                        cluster_id: string;
                        /** Format: date-time */
                        created_at: string;
                        default_partition_count: number;
                        /** Format: date-time */
                        delete_after: string | null;
                        name: string;
                        plan: string;
                        /** @enum {string} */
                        standing: "active" | "suspended" | "deleting";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    suspend_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        active: boolean;
                        auto_create_topics: boolean;
                        cluster_id: string;
                        /** Format: date-time */
                        created_at: string;
                        default_partition_count: number;
                        /** Format: date-time */
                        delete_after: string | null;
                        name: string;
                        plan: string;
                        /** @enum {string} */
                        standing: "active" | "suspended" | "deleting";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    list_acls: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description An address, or * for every one. */
                            host: string;
                            id: string;
                            /** @enum {string} */
                            operation: "all" | "read" | "write" | "create" | "delete" | "alter" | "describe" | "cluster_action" | "describe_configs" | "alter_configs" | "idempotent_write" | "create_tokens" | "describe_tokens" | "two_phase_commit";
                            /** @enum {string} */
                            pattern_type: "literal" | "prefixed";
                            /** @enum {string} */
                            permission: "allow" | "deny";
                            /** @description User:NAME, or User:* for everybody. */
                            principal: string;
                            resource_name: string;
                            /** @enum {string} */
                            resource_type: "topic" | "group" | "cluster" | "transactional_id" | "delegation_token" | "user";
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    create_acl: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description An address, or * for every one. */
                    host?: string;
                    /** @enum {string} */
                    operation: "all" | "read" | "write" | "create" | "delete" | "alter" | "describe" | "cluster_action" | "describe_configs" | "alter_configs" | "idempotent_write" | "create_tokens" | "describe_tokens" | "two_phase_commit";
                    /** @enum {string} */
                    pattern_type?: "literal" | "prefixed";
                    /** @enum {string} */
                    permission: "allow" | "deny";
                    /** @description User:NAME, or User:* for everybody. */
                    principal: string;
                    resource_name: string;
                    /** @enum {string} */
                    resource_type: "topic" | "group" | "cluster" | "transactional_id" | "delegation_token" | "user";
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description An address, or * for every one. */
                        host: string;
                        id: string;
                        /** @enum {string} */
                        operation: "all" | "read" | "write" | "create" | "delete" | "alter" | "describe" | "cluster_action" | "describe_configs" | "alter_configs" | "idempotent_write" | "create_tokens" | "describe_tokens" | "two_phase_commit";
                        /** @enum {string} */
                        pattern_type: "literal" | "prefixed";
                        /** @enum {string} */
                        permission: "allow" | "deny";
                        /** @description User:NAME, or User:* for everybody. */
                        principal: string;
                        resource_name: string;
                        /** @enum {string} */
                        resource_type: "topic" | "group" | "cluster" | "transactional_id" | "delegation_token" | "user";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    create_acls_by_preset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    group?: string | null;
                    /** @enum {string} */
                    pattern_type?: "literal" | "prefixed";
                    /** @enum {string} */
                    preset: "producer" | "consumer" | "administrator" | "records";
                    /** @description User:NAME, or User:* for everybody. */
                    principal: string;
                    topic?: string | null;
                    transactional_id?: string | null;
                    validate_only?: boolean;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description An address, or * for every one. */
                            host: string;
                            id: string;
                            /** @enum {string} */
                            operation: "all" | "read" | "write" | "create" | "delete" | "alter" | "describe" | "cluster_action" | "describe_configs" | "alter_configs" | "idempotent_write" | "create_tokens" | "describe_tokens" | "two_phase_commit";
                            /** @enum {string} */
                            pattern_type: "literal" | "prefixed";
                            /** @enum {string} */
                            permission: "allow" | "deny";
                            /** @description User:NAME, or User:* for everybody. */
                            principal: string;
                            resource_name: string;
                            /** @enum {string} */
                            resource_type: "topic" | "group" | "cluster" | "transactional_id" | "delegation_token" | "user";
                        }[];
                    };
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description An address, or * for every one. */
                            host: string;
                            id: string;
                            /** @enum {string} */
                            operation: "all" | "read" | "write" | "create" | "delete" | "alter" | "describe" | "cluster_action" | "describe_configs" | "alter_configs" | "idempotent_write" | "create_tokens" | "describe_tokens" | "two_phase_commit";
                            /** @enum {string} */
                            pattern_type: "literal" | "prefixed";
                            /** @enum {string} */
                            permission: "allow" | "deny";
                            /** @description User:NAME, or User:* for everybody. */
                            principal: string;
                            resource_name: string;
                            /** @enum {string} */
                            resource_type: "topic" | "group" | "cluster" | "transactional_id" | "delegation_token" | "user";
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_acl: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                acl_id: string;
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    list_api_keys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            created_by: string;
                            description: string;
                            /** Format: date-time */
                            expires_at: string | null;
                            key_id: string;
                            /** Format: date-time */
                            last_used_at: string | null;
                            last_used_from: string | null;
                            principal: string;
                            /** @description The key in whose place this one was made, by rotation. */
                            replaces: string | null;
                            restriction: {
                                /** @description null for no limit by name; an empty list for no name at all. */
                                groups: {
                                    name: string;
                                    /**
                                     * @default literal
                                     * @enum {string}
                                     */
                                    pattern_type: "literal" | "prefixed";
                                }[] | null;
                                read_only: boolean;
                                /** @description null for no limit by name; an empty list for no name at all. */
                                topics: {
                                    name: string;
                                    /**
                                     * @default literal
                                     * @enum {string}
                                     */
                                    pattern_type: "literal" | "prefixed";
                                }[] | null;
                            } | null;
                            /** Format: date-time */
                            revoked_at: string | null;
                            service_account: string | null;
                            /** @enum {string} */
                            state: "active" | "expired" | "revoked";
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    issue_api_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    description?: string;
                    expires_in_seconds?: number | null;
                    restriction?: {
                        /** @description null for no limit by name; an empty list for no name at all. */
                        groups?: {
                            name: string;
                            /**
                             * @default literal
                             * @enum {string}
                             */
                            pattern_type?: "literal" | "prefixed";
                        }[] | null;
                        read_only?: boolean;
                        /** @description null for no limit by name; an empty list for no name at all. */
                        topics?: {
                            name: string;
                            /**
                             * @default literal
                             * @enum {string}
                             */
                            pattern_type?: "literal" | "prefixed";
                        }[] | null;
                    } | null;
                    service_account?: string | null;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        created_by: string;
                        description: string;
                        /** Format: date-time */
                        expires_at: string | null;
                        key_id: string;
                        /** Format: date-time */
                        last_used_at: string | null;
                        last_used_from: string | null;
                        principal: string;
                        /** @description The key in whose place this one was made, by rotation. */
                        replaces: string | null;
                        restriction: {
                            /** @description null for no limit by name; an empty list for no name at all. */
                            groups: {
                                name: string;
                                /**
                                 * @default literal
                                 * @enum {string}
                                 */
                                pattern_type: "literal" | "prefixed";
                            }[] | null;
                            read_only: boolean;
                            /** @description null for no limit by name; an empty list for no name at all. */
                            topics: {
                                name: string;
                                /**
                                 * @default literal
                                 * @enum {string}
                                 */
                                pattern_type: "literal" | "prefixed";
                            }[] | null;
                        } | null;
                        /** Format: date-time */
                        revoked_at: string | null;
                        /** @description It is not shown again. */
                        secret: string;
                        service_account: string | null;
                        /** @enum {string} */
                        state: "active" | "expired" | "revoked";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    revoke_api_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    rotate_api_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default 3600 */
                    overlap_seconds?: number;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        created_by: string;
                        description: string;
                        /** Format: date-time */
                        expires_at: string | null;
                        key_id: string;
                        /** Format: date-time */
                        last_used_at: string | null;
                        last_used_from: string | null;
                        principal: string;
                        /** @description The key in whose place this one was made, by rotation. */
                        replaces: string | null;
                        restriction: {
                            /** @description null for no limit by name; an empty list for no name at all. */
                            groups: {
                                name: string;
                                /**
                                 * @default literal
                                 * @enum {string}
                                 */
                                pattern_type: "literal" | "prefixed";
                            }[] | null;
                            read_only: boolean;
                            /** @description null for no limit by name; an empty list for no name at all. */
                            topics: {
                                name: string;
                                /**
                                 * @default literal
                                 * @enum {string}
                                 */
                                pattern_type: "literal" | "prefixed";
                            }[] | null;
                        } | null;
                        /** Format: date-time */
                        revoked_at: string | null;
                        /** @description It is not shown again. */
                        secret: string;
                        service_account: string | null;
                        /** @enum {string} */
                        state: "active" | "expired" | "revoked";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    list_audit_entries: {
        parameters: {
            query?: {
                /** @description Such as `topic.create`; a `*` at the end takes what follows. */
                action?: string;
                /** @description Only entries of lower sequence numbers: `next` of the page before. */
                before?: number;
                /** @description A principal or login, exactly. */
                by?: string;
                limit?: number;
                /** @description What it was done to, exactly. */
                object?: string;
                outcome?: "done" | "refused";
                /** @description Inclusive. */
                since?: string;
                /** @description Exclusive. */
                until?: string;
            };
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            action: string;
                            /** Format: date-time */
                            at: string;
                            by: string;
                            detail: {
                                [key: string]: unknown;
                            };
                            object: string;
                            /** @enum {string} */
                            outcome: "done" | "refused";
                            /** @description X-Request-Id, or a Kafka request by its connection. */
                            request_id: string;
                            /** Format: int64 */
                            sequence: number;
                            /** @description The IP address; empty: the service itself. */
                            source: string;
                        }[];
                        /**
                         * Format: int64
                         * @description `before` of the page that follows; null on the last one.
                         */
                        next: number | null;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    export_audit_entries_csv: {
        parameters: {
            query?: {
                /** @description Such as `topic.create`; a `*` at the end takes what follows. */
                action?: string;
                /** @description A principal or login, exactly. */
                by?: string;
                /** @description What it was done to, exactly. */
                object?: string;
                outcome?: "done" | "refused";
                /** @description Inclusive. */
                since?: string;
                /** @description Exclusive. */
                until?: string;
            };
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    export_audit_entries: {
        parameters: {
            query?: {
                /** @description Such as `topic.create`; a `*` at the end takes what follows. */
                action?: string;
                /** @description A principal or login, exactly. */
                by?: string;
                /** @description What it was done to, exactly. */
                object?: string;
                outcome?: "done" | "refused";
                /** @description Inclusive. */
                since?: string;
                /** @description Exclusive. */
                until?: string;
            };
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    verify_audit_entries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int64 */
                        entries: number;
                        /**
                         * Format: int64
                         * @description The sequence number at which the chain stops being true.
                         */
                        first_flaw: number | null;
                        is_whole: boolean;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    list_client_quotas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description null stands for the default of all who have none of their own. */
                            entity: {
                                "client-id"?: string | null;
                                ip?: string | null;
                                user?: string | null;
                            };
                            /** @description Of each of `values`: by whoever uses most of it, over all brokers. */
                            used: {
                                connection_creation_rate?: number;
                                consumer_byte_rate?: number;
                                controller_mutation_rate?: number;
                                producer_byte_rate?: number;
                                request_percentage?: number;
                            };
                            /** @description Who uses most of each of `values`: five of each at most. */
                            used_by: {
                                /** @description The most of it at one broker, where quotas are held. */
                                at_broker: number;
                                quota: string;
                                /** @description Over all brokers. */
                                used: number;
                                who: {
                                    "client-id"?: string;
                                    ip?: string;
                                    user?: string;
                                };
                            }[];
                            values: {
                                connection_creation_rate?: number;
                                consumer_byte_rate?: number;
                                controller_mutation_rate?: number;
                                producer_byte_rate?: number;
                                request_percentage?: number;
                            };
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_client_quota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description null stands for the default of all who have none of their own. */
                    entity: {
                        "client-id"?: string | null;
                        ip?: string | null;
                        user?: string | null;
                    };
                    values: {
                        connection_creation_rate?: number;
                        consumer_byte_rate?: number;
                        controller_mutation_rate?: number;
                        producer_byte_rate?: number;
                        request_percentage?: number;
                    };
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description null stands for the default of all who have none of their own. */
                        entity: {
                            "client-id"?: string | null;
                            ip?: string | null;
                            user?: string | null;
                        };
                        values: {
                            connection_creation_rate?: number;
                            consumer_byte_rate?: number;
                            controller_mutation_rate?: number;
                            producer_byte_rate?: number;
                            request_percentage?: number;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_client_quota: {
        parameters: {
            query?: {
                /** @description `<default>` for the default of all. */
                client_id?: string;
                /** @description `<default>` for the default of all. */
                ip?: string;
                /** @description `<default>` for the default of all. */
                user?: string;
            };
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    list_connector_overviews: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            /** @enum {string} */
                            kind: "source" | "sink";
                            name: string;
                            /** Format: date-time */
                            next_restart_at: string | null;
                            plugin: string;
                            restarts: number;
                            /** @enum {string} */
                            state: "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "UNASSIGNED" | "RESTARTING";
                            /** @enum {string} */
                            target_state: "RUNNING" | "PAUSED" | "STOPPED";
                            tasks: {
                                metrics: {
                                    [key: string]: unknown;
                                };
                                /** Format: date-time */
                                next_restart_at: string | null;
                                number: number;
                                restarts: number;
                                /** @enum {string} */
                                state: "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "UNASSIGNED" | "RESTARTING";
                                trace: string;
                                worker: string;
                            }[];
                            trace: string;
                            /** Format: date-time */
                            updated_at: string;
                            worker: string;
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    try_connector_config: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Secrets are answered as ********; sent back they mean what is kept. */
                    config: {
                        [key: string]: string;
                    };
                    /** @enum {string} */
                    initial_state?: "RUNNING" | "PAUSED" | "STOPPED";
                    name: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        trace: string;
                        worked: boolean;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_connector_overview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                connector: string;
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        /** @enum {string} */
                        kind: "source" | "sink";
                        name: string;
                        /** Format: date-time */
                        next_restart_at: string | null;
                        plugin: string;
                        restarts: number;
                        /** @enum {string} */
                        state: "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "UNASSIGNED" | "RESTARTING";
                        /** @enum {string} */
                        target_state: "RUNNING" | "PAUSED" | "STOPPED";
                        tasks: {
                            metrics: {
                                [key: string]: unknown;
                            };
                            /** Format: date-time */
                            next_restart_at: string | null;
                            number: number;
                            restarts: number;
                            /** @enum {string} */
                            state: "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "UNASSIGNED" | "RESTARTING";
                            trace: string;
                            worker: string;
                        }[];
                        trace: string;
                        /** Format: date-time */
                        updated_at: string;
                        worker: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_connector_task_log: {
        parameters: {
            query?: {
                /** @description At most 1000. */
                limit?: number;
            };
            header?: never;
            path: {
                connector: string;
                task: number;
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            at: string;
                            generation: number;
                            level: string;
                            message: string;
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_connect_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    list_connect_catalogue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            aliases: string[];
                            doc: string;
                            exactly_once: boolean | null;
                            /** @enum {string} */
                            kind: "source" | "sink" | "converter" | "header_converter" | "transformation" | "predicate";
                            name: string;
                            title: string;
                            version: string;
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    list_invitations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            expires_at: string;
                            invited_by: string;
                            /** @description What was invited; nobody need sign in under that name. */
                            login: string;
                            /** @enum {string} */
                            role: "owner" | "admin" | "developer" | "viewer";
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    invite_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    login: string;
                    /** @enum {string} */
                    role: "owner" | "admin" | "developer" | "viewer";
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description For the link /invitation#CODE; it is not shown again. */
                        code: string;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        expires_at: string;
                        invited_by: string;
                        /** @description What was invited; nobody need sign in under that name. */
                        login: string;
                        /** @enum {string} */
                        role: "owner" | "admin" | "developer" | "viewer";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    withdraw_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invited: string;
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    list_members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: date-time */
                            created_at: string;
                            login: string;
                            name: string;
                            /** @enum {string} */
                            role: "owner" | "admin" | "developer" | "viewer";
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    remove_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login: string;
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    change_role: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                login: string;
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    role: "owner" | "admin" | "developer" | "viewer";
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        login: string;
                        name: string;
                        /** @enum {string} */
                        role: "owner" | "admin" | "developer" | "viewer";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_metrics: {
        parameters: {
            query?: {
                /** @description tenant (default), topic:NAME, group:NAME. */
                scope?: string;
                /** @description Default 1h. */
                since?: "15m" | "1h" | "24h" | "30d" | "6h" | "7d";
            };
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int64 */
                        from: number;
                        /** @description Names to one value per time, null where nothing is known. Of a tenant or topic: bytes_in_per_s, bytes_out_per_s, records_in_per_s, stored_bytes, stored_records, partitions, under_replicated, offline. Of a group: lag (records), lag_seconds, and per_topic, which maps topics to lags. */
                        series: {
                            [key: string]: unknown;
                        };
                        step_s: number;
                        /** @description Unix ms, the ends of steps. */
                        times: number[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    api_v1_tenants_overview_retrieve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        bootstrap_servers?: string;
                        brokers?: {
                            host?: string;
                            id?: number;
                            port?: number;
                            /** @enum {string} */
                            state?: "running" | "fenced";
                        }[];
                        bytes_in_per_s?: number | null;
                        bytes_out_per_s?: number | null;
                        /** Format: int64 */
                        bytes_stored?: number;
                        cluster_id?: string;
                        health?: {
                            brokers_down?: number;
                            offline?: number;
                            /** @enum {string} */
                            state?: "good" | "degraded" | "down";
                            under_replicated?: number;
                        };
                        partitions?: number;
                        records_in_per_s?: number | null;
                        security_protocol?: string;
                        tenant?: string;
                        topics?: number;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_quotas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: int64 */
                            applied: number;
                            /** Format: int64 */
                            default: number;
                            description: string;
                            name: string;
                            /** @enum {string} */
                            scope: "tenant";
                            unit: string;
                            /** @description null where nobody has counted. */
                            used: number | null;
                        }[];
                        /** @description Of what more is in use than may be: it stays, and no more comes. */
                        exceeded: {
                            /** Format: int64 */
                            applied: number;
                            name: string;
                            tenant: string;
                            used: number;
                        }[];
                        plan: string;
                        tenant: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    alter_quotas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    limits?: {
                        [key: string]: number | null;
                    };
                    plan?: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: int64 */
                            applied: number;
                            /** Format: int64 */
                            default: number;
                            description: string;
                            name: string;
                            /** @enum {string} */
                            scope: "tenant";
                            unit: string;
                            /** @description null where nobody has counted. */
                            used: number | null;
                        }[];
                        /** @description Of what more is in use than may be: it stays, and no more comes. */
                        exceeded: {
                            /** Format: int64 */
                            applied: number;
                            name: string;
                            tenant: string;
                            used: number;
                        }[];
                        plan: string;
                        tenant: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    list_service_accounts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            active_keys: number;
                            /** Format: date-time */
                            created_at: string;
                            name: string;
                            principal: string;
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    create_service_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    group?: string | null;
                    name: string;
                    /** @enum {string} */
                    pattern_type?: "literal" | "prefixed";
                    /**
                     * @default records
                     * @enum {string}
                     */
                    preset?: "records" | "producer" | "consumer" | "administrator" | "none";
                    topic?: string | null;
                    transactional_id?: string | null;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        active_keys: number;
                        /** Format: date-time */
                        created_at: string;
                        name: string;
                        principal: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_service_account: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    api_v1_tenants_tickets_create: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        expires_at: string;
                        ticket: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    list_topic_figures: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: int64
                         * @description When figures were last rolled up, Unix ms; every ten seconds.
                         */
                        as_of: number | null;
                        data: {
                            /**
                             * Format: int64
                             * @description Of one replica of each partition.
                             */
                            bytes?: number;
                            bytes_in_per_s?: number | null;
                            bytes_out_per_s?: number | null;
                            cleanup_policy?: string;
                            /** Format: date-time */
                            created_at?: string;
                            internal?: boolean;
                            name?: string;
                            /** Format: int64 */
                            offline?: number;
                            /** Format: int64 */
                            partitions?: number;
                            /**
                             * Format: int64
                             * @description High watermarks minus log starts.
                             */
                            records?: number;
                            records_in_per_s?: number | null;
                            /** Format: int64 */
                            replication_factor?: number;
                            /** Format: int64 */
                            retention_bytes?: number;
                            /** Format: int64 */
                            retention_ms?: number;
                            /** Format: int64 */
                            under_replicated?: number;
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_partition_map: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                tenant: string;
                topic: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: int64 */
                            bytes?: number | null;
                            /** Format: int64 */
                            high_watermark?: number | null;
                            isr?: number[];
                            /** @description By follower; what its leader said within five seconds. */
                            lags?: {
                                [key: string]: {
                                    /** Format: int64 */
                                    ms?: number;
                                    /** Format: int64 */
                                    records?: number;
                                };
                            };
                            /** Format: int64 */
                            leader?: number | null;
                            /** Format: int64 */
                            leader_epoch?: number;
                            /** Format: int64 */
                            log_start_offset?: number | null;
                            offline?: number[];
                            /** Format: int64 */
                            partition?: number;
                            replicas?: number[];
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_usage: {
        parameters: {
            query?: {
                by?: "tenant" | "principal" | "topic";
                /** @description So many days of the tenant, in place of all others. */
                days?: number;
                /** @description Inclusive; 30 days ago, or a day for hours. */
                since?: string;
                step?: "hour" | "day";
                /** @description Exclusive. */
                until?: string;
            };
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        by?: "tenant" | "principal" | "topic";
                        data: {
                            /** Format: date-time */
                            at?: string;
                            /** Format: int64 */
                            bytes_in: number | null;
                            /** Format: int64 */
                            bytes_out: number | null;
                            /** Format: int64 */
                            connector_task_seconds: number | null;
                            /**
                             * Format: date
                             * @description With `days` only.
                             */
                            day?: string;
                            name?: string | null;
                            /** Format: int64 */
                            partitions_max: number | null;
                            /** Format: int64 */
                            records_in: number | null;
                            /** Format: int64 */
                            requests: number | null;
                            /** Format: int64 */
                            stored_bytes_max: number | null;
                        }[];
                        /** Format: date-time */
                        since?: string;
                        /** @enum {string} */
                        step?: "hour" | "day";
                        /** Format: date-time */
                        until?: string | null;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    export_usage: {
        parameters: {
            query?: {
                by?: "tenant" | "principal" | "topic";
                /** @description Inclusive; 30 days ago, or a day for hours. */
                since?: string;
                step?: "hour" | "day";
                /** @description Exclusive. */
                until?: string;
            };
            header?: never;
            path: {
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_connect: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        commit: string;
                        kafka_cluster_id: string;
                        version: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    list_connect_loggers: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: {
                            /** Format: int64 */
                            last_modified: number | null;
                            level: string;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_connect_logger: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                logger: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int64 */
                        last_modified: number | null;
                        level: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    set_connect_logger: {
        parameters: {
            query?: {
                scope?: "cluster" | "worker";
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                logger: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    level?: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string[];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    list_connector_plugins: {
        parameters: {
            query?: {
                /** @description Without converters, transforms, … Default true. */
                connectorsOnly?: boolean;
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        class: string;
                        type: string;
                        version: string;
                    }[];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_connector_plugin_config: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                plugin: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        default_value: string | null;
                        dependents: string[];
                        display_name: string;
                        documentation: string;
                        group: string | null;
                        importance: string;
                        name: string;
                        order: number;
                        required: boolean;
                        type: string;
                        width: string;
                    }[];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    validate_connector_config: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                plugin: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    [key: string]: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        configs: {
                            definition: {
                                default_value: string | null;
                                dependents: string[];
                                display_name: string;
                                documentation: string;
                                group: string | null;
                                importance: string;
                                name: string;
                                order: number;
                                required: boolean;
                                type: string;
                                width: string;
                            };
                            value: {
                                errors: string[];
                                name: string;
                                recommended_values: string[];
                                value: string | null;
                                visible: boolean;
                            };
                        }[];
                        error_count: number;
                        groups: string[];
                        name: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    list_connectors: {
        parameters: {
            query?: {
                /** @description status, info or both; other words are ignored, as in Kafka Connect. */
                expand?: string[];
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string[] | {
                        [key: string]: {
                            info?: {
                                /** @description Secrets are answered as ********; sent back they mean what is kept. */
                                config: {
                                    [key: string]: string;
                                };
                                name: string;
                                tasks: {
                                    connector: string;
                                    task: number;
                                }[];
                                /** @enum {string} */
                                type: "source" | "sink";
                            };
                            status?: {
                                connector: {
                                    /** @enum {string} */
                                    state: "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "UNASSIGNED" | "RESTARTING";
                                    trace?: string;
                                    worker_id: string;
                                };
                                name: string;
                                tasks: {
                                    id: number;
                                    /** @enum {string} */
                                    state: "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "UNASSIGNED" | "RESTARTING";
                                    trace?: string;
                                    worker_id: string;
                                }[];
                                /** @enum {string} */
                                type: "source" | "sink";
                            };
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    create_connector: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Secrets are answered as ********; sent back they mean what is kept. */
                    config: {
                        [key: string]: string;
                    };
                    /** @enum {string} */
                    initial_state?: "RUNNING" | "PAUSED" | "STOPPED";
                    name: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Secrets are answered as ********; sent back they mean what is kept. */
                        config: {
                            [key: string]: string;
                        };
                        name: string;
                        tasks: {
                            connector: string;
                            task: number;
                        }[];
                        /** @enum {string} */
                        type: "source" | "sink";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_connector: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Secrets are answered as ********; sent back they mean what is kept. */
                        config: {
                            [key: string]: string;
                        };
                        name: string;
                        tasks: {
                            connector: string;
                            task: number;
                        }[];
                        /** @enum {string} */
                        type: "source" | "sink";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    delete_connector: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    get_connector_config: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    put_connector_config: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    [key: string]: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Secrets are answered as ********; sent back they mean what is kept. */
                        config: {
                            [key: string]: string;
                        };
                        name: string;
                        tasks: {
                            connector: string;
                            task: number;
                        }[];
                        /** @enum {string} */
                        type: "source" | "sink";
                    };
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Secrets are answered as ********; sent back they mean what is kept. */
                        config: {
                            [key: string]: string;
                        };
                        name: string;
                        tasks: {
                            connector: string;
                            task: number;
                        }[];
                        /** @enum {string} */
                        type: "source" | "sink";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    patch_connector_config: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    [key: string]: string | null;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Secrets are answered as ********; sent back they mean what is kept. */
                        config: {
                            [key: string]: string;
                        };
                        name: string;
                        tasks: {
                            connector: string;
                            task: number;
                        }[];
                        /** @enum {string} */
                        type: "source" | "sink";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_connector_offsets: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        offsets: {
                            offset: {
                                [key: string]: unknown;
                            } | null;
                            partition: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    reset_connector_offsets: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    alter_connector_offsets: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    offsets: {
                        offset: {
                            [key: string]: unknown;
                        } | null;
                        partition: {
                            [key: string]: unknown;
                        };
                    }[];
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    pause_connector: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    restart_connector: {
        parameters: {
            query?: {
                /** @description Its tasks as well. Default false. */
                includeTasks?: boolean;
                /** @description Only what has failed. Default false. */
                onlyFailed?: boolean;
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connector: {
                            /** @enum {string} */
                            state: "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "UNASSIGNED" | "RESTARTING";
                            trace?: string;
                            worker_id: string;
                        };
                        name: string;
                        tasks: {
                            id: number;
                            /** @enum {string} */
                            state: "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "UNASSIGNED" | "RESTARTING";
                            trace?: string;
                            worker_id: string;
                        }[];
                        /** @enum {string} */
                        type: "source" | "sink";
                    };
                };
            };
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    resume_connector: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    get_connector_status: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connector: {
                            /** @enum {string} */
                            state: "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "UNASSIGNED" | "RESTARTING";
                            trace?: string;
                            worker_id: string;
                        };
                        name: string;
                        tasks: {
                            id: number;
                            /** @enum {string} */
                            state: "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "UNASSIGNED" | "RESTARTING";
                            trace?: string;
                            worker_id: string;
                        }[];
                        /** @enum {string} */
                        type: "source" | "sink";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    stop_connector: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    list_connector_tasks: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Secrets are answered as ********; sent back they mean what is kept. */
                        config: {
                            [key: string]: string;
                        };
                        id: {
                            connector: string;
                            task: number;
                        };
                    }[];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    get_connector_task_configs: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: {
                            [key: string]: string;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    restart_connector_task: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
                task: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    get_connector_task_status: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
                task: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: number;
                        /** @enum {string} */
                        state: "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "UNASSIGNED" | "RESTARTING";
                        trace?: string;
                        worker_id: string;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    list_connector_topics: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: {
                            topics: string[];
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    reset_connector_topics: {
        parameters: {
            query?: {
                /** @description Whose connectors. Default: the caller's only tenant. */
                tenant?: string;
            };
            header?: never;
            path: {
                connector: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    get_connect_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        /** @enum {string} */
                        status: "healthy" | "unhealthy";
                    };
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        message: string;
                        /** @enum {string} */
                        status: "healthy" | "unhealthy";
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    check_kafka_v2: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": Record<string, never>;
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    post_kafka_v2: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": Record<string, never>;
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    list_brokers_v2: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ids. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": {
                        brokers: number[];
                    };
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    create_consumer_instance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/vnd.kafka.v2+json": {
                    /** @enum {unknown|null} */
                    "auto.commit.enable"?: "true" | "false" | true | false | null;
                    /** @enum {string|null} */
                    "auto.offset.reset"?: "earliest" | "latest" | "none" | null;
                    "consumer.request.timeout.ms"?: number | null;
                    "fetch.min.bytes"?: number | null;
                    /** @enum {string|null} */
                    format?: "binary" | "json" | null;
                    id?: string | null;
                    name?: string | null;
                } | null;
            };
        };
        responses: {
            /** @description Where it is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": {
                        base_uri: string;
                        instance_id: string;
                    };
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    delete_consumer_instance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    get_consumer_instance_assignments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The partitions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": {
                        partitions: {
                            partition: number;
                            topic: string;
                        }[];
                    };
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    assign_consumer_instance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/vnd.kafka.v2+json": {
                    partitions: {
                        partition: number;
                        topic: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    get_consumer_instance_offsets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is committed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": {
                        offsets: {
                            metadata?: string | null;
                            /** Format: int64 */
                            offset: number;
                            partition: number;
                            topic: string;
                        }[];
                    };
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    commit_consumer_instance_offsets: {
        parameters: {
            query?: {
                /** @description Taken and ignored: what is answered is done. */
                async?: string;
            };
            header?: never;
            path: {
                group: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/vnd.kafka.v2+json": {
                    offsets?: {
                        metadata?: string | null;
                        /** Format: int64 */
                        offset: number;
                        partition: number;
                        topic: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description What was committed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": {
                        metadata?: string | null;
                        /** Format: int64 */
                        offset: number;
                        partition: number;
                        topic: string;
                    }[];
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    seek_consumer_instance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/vnd.kafka.v2+json": {
                    offsets: {
                        metadata?: string | null;
                        /** Format: int64 */
                        offset: number;
                        partition: number;
                        topic: string;
                    }[];
                    timestamps?: {
                        metadata?: string | null;
                        partition: number;
                        /** Format: date-time */
                        timestamp: string;
                        topic: string;
                    }[];
                } | {
                    offsets?: {
                        metadata?: string | null;
                        /** Format: int64 */
                        offset: number;
                        partition: number;
                        topic: string;
                    }[];
                    timestamps: {
                        metadata?: string | null;
                        partition: number;
                        /** Format: date-time */
                        timestamp: string;
                        topic: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    seek_consumer_instance_to_beginning: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/vnd.kafka.v2+json": {
                    partitions: {
                        partition: number;
                        topic: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    seek_consumer_instance_to_end: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/vnd.kafka.v2+json": {
                    partitions: {
                        partition: number;
                        topic: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    read_consumer_instance_records: {
        parameters: {
            query?: {
                /** @description Of keys and values; default 1 MiB. */
                max_bytes?: number;
                /** @description Longest wait in ms, at most 30000. */
                timeout?: number;
            };
            header?: never;
            path: {
                group: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The records; none when there were none in time. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.binary.v2+json": {
                        headers?: {
                            name: string;
                            /** Format: byte */
                            value?: string | null;
                        }[];
                        /** @description Any JSON, or base64, by the format. */
                        key?: unknown;
                        /** Format: int64 */
                        offset: number;
                        partition: number;
                        /**
                         * Format: int64
                         * @description Unix ms
                         */
                        timestamp?: number;
                        topic: string;
                        /** @description Any JSON, or base64, by the format. */
                        value?: unknown;
                    }[];
                    "application/vnd.kafka.json.v2+json": {
                        headers?: {
                            name: string;
                            /** Format: byte */
                            value?: string | null;
                        }[];
                        /** @description Any JSON, or base64, by the format. */
                        key?: unknown;
                        /** Format: int64 */
                        offset: number;
                        partition: number;
                        /**
                         * Format: int64
                         * @description Unix ms
                         */
                        timestamp?: number;
                        topic: string;
                        /** @description Any JSON, or base64, by the format. */
                        value?: unknown;
                    }[];
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    get_consumer_instance_subscription: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The topics. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": {
                        topics: string[];
                    };
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    subscribe_consumer_instance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/vnd.kafka.v2+json": {
                    topics: string[];
                } | {
                    topic_pattern: string;
                };
            };
        };
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    unsubscribe_consumer_instance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    list_topics_v2: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The names. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": string[];
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    get_topic_v2: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                topic: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The topic. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": {
                        configs: {
                            [key: string]: string;
                        };
                        name: string;
                        partitions: {
                            leader: number;
                            partition: number;
                            replicas: {
                                broker: number;
                                in_sync: boolean;
                                leader: boolean;
                            }[];
                        }[];
                    };
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    produce_to_topic_v2: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                topic: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/vnd.kafka.binary.v2+json": {
                    /** @enum {unknown|null} */
                    key_schema?: null;
                    /** @enum {unknown|null} */
                    key_schema_id?: null;
                    records: {
                        headers?: {
                            name: string;
                            /** Format: byte */
                            value?: string | null;
                        }[] | null;
                        /** Format: byte */
                        key?: string | null;
                        partition?: number | null;
                        /**
                         * Format: int64
                         * @description Unix ms
                         */
                        timestamp?: number | null;
                        /** Format: byte */
                        value?: string | null;
                    }[];
                    /** @enum {unknown|null} */
                    value_schema?: null;
                    /** @enum {unknown|null} */
                    value_schema_id?: null;
                };
                "application/vnd.kafka.json.v2+json": {
                    /** @enum {unknown|null} */
                    key_schema?: null;
                    /** @enum {unknown|null} */
                    key_schema_id?: null;
                    records: {
                        headers?: {
                            name: string;
                            /** Format: byte */
                            value?: string | null;
                        }[] | null;
                        /** @description Any JSON, or base64, by the format. */
                        key?: unknown;
                        partition?: number | null;
                        /**
                         * Format: int64
                         * @description Unix ms
                         */
                        timestamp?: number | null;
                        /** @description Any JSON, or base64, by the format. */
                        value?: unknown;
                    }[];
                    /** @enum {unknown|null} */
                    value_schema?: null;
                    /** @enum {unknown|null} */
                    value_schema_id?: null;
                };
            };
        };
        responses: {
            /** @description What became of each record. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": {
                        key_schema_id?: number | null;
                        offsets: {
                            error?: string | null;
                            error_code?: number | null;
                            /** Format: int64 */
                            offset?: number | null;
                            partition?: number | null;
                        }[];
                        value_schema_id?: number | null;
                    };
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    list_partitions_v2: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                topic: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The partitions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": {
                        leader: number;
                        partition: number;
                        replicas: {
                            broker: number;
                            in_sync: boolean;
                            leader: boolean;
                        }[];
                    }[];
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    get_partition_v2: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                partition: number;
                topic: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The partition. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": {
                        leader: number;
                        partition: number;
                        replicas: {
                            broker: number;
                            in_sync: boolean;
                            leader: boolean;
                        }[];
                    };
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    produce_to_partition_v2: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                partition: number;
                topic: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/vnd.kafka.binary.v2+json": {
                    /** @enum {unknown|null} */
                    key_schema?: null;
                    /** @enum {unknown|null} */
                    key_schema_id?: null;
                    records: {
                        headers?: {
                            name: string;
                            /** Format: byte */
                            value?: string | null;
                        }[] | null;
                        /** Format: byte */
                        key?: string | null;
                        /**
                         * Format: int64
                         * @description Unix ms
                         */
                        timestamp?: number | null;
                        /** Format: byte */
                        value?: string | null;
                    }[];
                    /** @enum {unknown|null} */
                    value_schema?: null;
                    /** @enum {unknown|null} */
                    value_schema_id?: null;
                };
                "application/vnd.kafka.json.v2+json": {
                    /** @enum {unknown|null} */
                    key_schema?: null;
                    /** @enum {unknown|null} */
                    key_schema_id?: null;
                    records: {
                        headers?: {
                            name: string;
                            /** Format: byte */
                            value?: string | null;
                        }[] | null;
                        /** @description Any JSON, or base64, by the format. */
                        key?: unknown;
                        /**
                         * Format: int64
                         * @description Unix ms
                         */
                        timestamp?: number | null;
                        /** @description Any JSON, or base64, by the format. */
                        value?: unknown;
                    }[];
                    /** @enum {unknown|null} */
                    value_schema?: null;
                    /** @enum {unknown|null} */
                    value_schema_id?: null;
                };
            };
        };
        responses: {
            /** @description What became of each record. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": {
                        key_schema_id?: number | null;
                        offsets: {
                            error?: string | null;
                            error_code?: number | null;
                            /** Format: int64 */
                            offset?: number | null;
                            partition?: number | null;
                        }[];
                        value_schema_id?: number | null;
                    };
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    get_partition_offsets_v2: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                partition: number;
                topic: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The offsets. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.kafka.v2+json": {
                        /** Format: int64 */
                        beginning_offset: number;
                        /** Format: int64 */
                        end_offset: number;
                    };
                };
            };
            /** @description What happened, to which thing, what to do. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                    "application/vnd.kafka.v2+json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
        };
    };
    listKafkaClusters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            acls: {
                                related: string;
                            };
                            broker_configs: {
                                related: string;
                            };
                            brokers: {
                                related: string;
                            };
                            cluster_id: string;
                            consumer_groups: {
                                related: string;
                            };
                            controller?: {
                                related: string;
                            };
                            /** @enum {string} */
                            kind: "KafkaCluster";
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            partition_reassignments: {
                                related: string;
                            };
                            topics: {
                                related: string;
                            };
                        }[];
                        /** @enum {string} */
                        kind: "KafkaClusterList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaCluster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        acls: {
                            related: string;
                        };
                        broker_configs: {
                            related: string;
                        };
                        brokers: {
                            related: string;
                        };
                        cluster_id: string;
                        consumer_groups: {
                            related: string;
                        };
                        controller?: {
                            related: string;
                        };
                        /** @enum {string} */
                        kind: "KafkaCluster";
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition_reassignments: {
                            related: string;
                        };
                        topics: {
                            related: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaAcls: {
        parameters: {
            query?: {
                /** @description Whatever it is when left out. */
                host?: string;
                /** @description Whatever it is when left out. */
                operation?: string;
                /** @description Whatever it is when left out. */
                pattern_type?: string;
                /** @description Whatever it is when left out. */
                permission?: string;
                /** @description Whatever it is when left out. */
                principal?: string;
                /** @description Whatever it is when left out. */
                resource_name?: string;
                /** @description Whatever it is when left out. */
                resource_type?: string;
            };
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            cluster_id: string;
                            host: string;
                            /** @enum {string} */
                            kind: "KafkaAcl";
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            operation: string;
                            pattern_type: string;
                            permission: string;
                            principal: string;
                            resource_name: string;
                            resource_type: string;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaAclList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    createKafkaAcls: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    host: string;
                    operation: string;
                    pattern_type: string;
                    permission: string;
                    principal: string;
                    resource_name: string;
                    resource_type: string;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    deleteKafkaAcls: {
        parameters: {
            query: {
                host?: string;
                operation: string;
                pattern_type: string;
                permission: string;
                principal?: string;
                resource_name?: string;
                resource_type: string;
            };
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            cluster_id: string;
                            host: string;
                            /** @enum {string} */
                            kind: "KafkaAcl";
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            operation: string;
                            pattern_type: string;
                            permission: string;
                            principal: string;
                            resource_name: string;
                            resource_type: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    batchCreateKafkaAcls: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    data: {
                        host: string;
                        operation: string;
                        pattern_type: string;
                        permission: string;
                        principal: string;
                        resource_name: string;
                        resource_type: string;
                    }[];
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaClusterConfigs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description What values it takes, in words. */
                            accepts?: string;
                            allowed_values?: string[] | null;
                            cluster_id: string;
                            config_type: string;
                            default_value?: string;
                            documentation?: string;
                            is_default: boolean;
                            is_read_only: boolean;
                            is_sensitive: boolean;
                            /** @enum {string} */
                            kind: "KafkaClusterConfig";
                            maximum?: string | null;
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            /** @description Of a number; text, as values are. */
                            minimum?: string | null;
                            name: string;
                            source: string;
                            synonyms: {
                                name: string;
                                source: string;
                                value?: string | null;
                            }[];
                            /** @enum {string} */
                            type?: "BOOLEAN" | "STRING" | "INT" | "SHORT" | "LONG" | "DOUBLE" | "LIST";
                            value?: string | null;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaClusterConfigList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    updateKafkaClusterConfigs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    data: {
                        name: string;
                        /** @description SET (the default) or DELETE. */
                        operation?: string | null;
                        value?: string | null;
                    }[];
                    validate_only?: boolean;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaClusterConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What values it takes, in words. */
                        accepts?: string;
                        allowed_values?: string[] | null;
                        cluster_id: string;
                        config_type: string;
                        default_value?: string;
                        documentation?: string;
                        is_default: boolean;
                        is_read_only: boolean;
                        is_sensitive: boolean;
                        /** @enum {string} */
                        kind: "KafkaClusterConfig";
                        maximum?: string | null;
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        /** @description Of a number; text, as values are. */
                        minimum?: string | null;
                        name: string;
                        source: string;
                        synonyms: {
                            name: string;
                            source: string;
                            value?: string | null;
                        }[];
                        /** @enum {string} */
                        type?: "BOOLEAN" | "STRING" | "INT" | "SHORT" | "LONG" | "DOUBLE" | "LIST";
                        value?: string | null;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    updateKafkaClusterConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    value?: string | null;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    deleteKafkaClusterConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaBrokers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            broker_id: number;
                            cluster_id: string;
                            configs: {
                                related: string;
                            };
                            host?: string | null;
                            /** @description It is down. */
                            is_fenced?: boolean;
                            /** @enum {string} */
                            kind: "KafkaBroker";
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            partition_replicas: {
                                related: string;
                            };
                            port?: number | null;
                            rack?: string | null;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaBrokerList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaAllBrokerConfigs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            broker_id: number;
                            cluster_id: string;
                            documentation?: string;
                            is_default: boolean;
                            is_read_only: boolean;
                            is_sensitive: boolean;
                            /** @enum {string} */
                            kind: "KafkaBrokerConfig";
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            name: string;
                            source: string;
                            synonyms: {
                                name: string;
                                source: string;
                                value?: string | null;
                            }[];
                            /** @enum {string} */
                            type?: "BOOLEAN" | "STRING" | "INT" | "SHORT" | "LONG" | "DOUBLE" | "LIST";
                            value?: string | null;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaBrokerConfigList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaBroker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker_id: number;
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        broker_id: number;
                        cluster_id: string;
                        configs: {
                            related: string;
                        };
                        host?: string | null;
                        /** @description It is down. */
                        is_fenced?: boolean;
                        /** @enum {string} */
                        kind: "KafkaBroker";
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition_replicas: {
                            related: string;
                        };
                        port?: number | null;
                        rack?: string | null;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaBrokerConfigs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker_id: number;
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            broker_id: number;
                            cluster_id: string;
                            documentation?: string;
                            is_default: boolean;
                            is_read_only: boolean;
                            is_sensitive: boolean;
                            /** @enum {string} */
                            kind: "KafkaBrokerConfig";
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            name: string;
                            source: string;
                            synonyms: {
                                name: string;
                                source: string;
                                value?: string | null;
                            }[];
                            /** @enum {string} */
                            type?: "BOOLEAN" | "STRING" | "INT" | "SHORT" | "LONG" | "DOUBLE" | "LIST";
                            value?: string | null;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaBrokerConfigList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    updateKafkaBrokerConfigBatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker_id: number;
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    data: {
                        name: string;
                        /** @description SET (the default) or DELETE. */
                        operation?: string | null;
                        value?: string | null;
                    }[];
                    validate_only?: boolean;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaBrokerConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker_id: number;
                cluster_id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        broker_id: number;
                        cluster_id: string;
                        documentation?: string;
                        is_default: boolean;
                        is_read_only: boolean;
                        is_sensitive: boolean;
                        /** @enum {string} */
                        kind: "KafkaBrokerConfig";
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        name: string;
                        source: string;
                        synonyms: {
                            name: string;
                            source: string;
                            value?: string | null;
                        }[];
                        /** @enum {string} */
                        type?: "BOOLEAN" | "STRING" | "INT" | "SHORT" | "LONG" | "DOUBLE" | "LIST";
                        value?: string | null;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    updateKafkaBrokerConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker_id: number;
                cluster_id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    value?: string | null;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    deleteKafkaBrokerConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker_id: number;
                cluster_id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    searchKafkaPartitionReplicasByBroker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker_id: number;
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            broker: {
                                related: string;
                            };
                            broker_id: number;
                            cluster_id: string;
                            is_in_sync: boolean;
                            is_leader: boolean;
                            /** @enum {string} */
                            kind: "KafkaReplica";
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            partition_id: number;
                            topic_name: string;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaReplicaList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaConsumerGroups: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description The groups. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            cluster_id: string;
                            consumer_group_id: string;
                            consumers: {
                                related: string;
                            };
                            coordinator: {
                                related: string;
                            };
                            is_mixed_consumer_group: boolean;
                            is_simple: boolean;
                            /** @enum {string} */
                            kind: "KafkaConsumerGroup";
                            lag_summary: {
                                related: string;
                            };
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            partition_assignor: string;
                            state: string;
                            type: string;
                        }[];
                        kind: string;
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaConsumerGroupTotals: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description The totals. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            consumer_group_id: string;
                            member_count: number;
                            /**
                             * Format: int64
                             * @description In records; null while nothing is committed.
                             */
                            total_lag: number | null;
                        }[];
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaConsumerGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                consumer_group_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description The group. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        cluster_id: string;
                        consumer_group_id: string;
                        consumers: {
                            related: string;
                        };
                        coordinator: {
                            related: string;
                        };
                        is_mixed_consumer_group: boolean;
                        is_simple: boolean;
                        /** @enum {string} */
                        kind: "KafkaConsumerGroup";
                        lag_summary: {
                            related: string;
                        };
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition_assignor: string;
                        state: string;
                        type: string;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    deleteKafkaConsumerGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                consumer_group_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaConsumers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                consumer_group_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description The members. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            assignments: {
                                related: string;
                            };
                            client_id: string;
                            cluster_id: string;
                            consumer_group_id: string;
                            consumer_id: string;
                            instance_id: string | null;
                            /** @enum {string} */
                            kind: "KafkaConsumer";
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                        }[];
                        kind: string;
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaConsumer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                consumer_group_id: string;
                consumer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description The member. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        assignments: {
                            related: string;
                        };
                        client_id: string;
                        cluster_id: string;
                        consumer_group_id: string;
                        consumer_id: string;
                        instance_id: string | null;
                        /** @enum {string} */
                        kind: "KafkaConsumer";
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaConsumerAssignments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                consumer_group_id: string;
                consumer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description The partitions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            cluster_id: string;
                            consumer_group_id: string;
                            consumer_id: string;
                            /** @enum {string} */
                            kind: "KafkaConsumerAssignment";
                            lag: {
                                related: string;
                            };
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            partition: {
                                related: string;
                            };
                            partition_id: number;
                            topic_name: string;
                        }[];
                        kind: string;
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaConsumerAssignment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                consumer_group_id: string;
                consumer_id: string;
                partition_id: number;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description The partition. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        cluster_id: string;
                        consumer_group_id: string;
                        consumer_id: string;
                        /** @enum {string} */
                        kind: "KafkaConsumerAssignment";
                        lag: {
                            related: string;
                        };
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition: {
                            related: string;
                        };
                        partition_id: number;
                        topic_name: string;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaConsumerGroupLagSummary: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                consumer_group_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description The summary. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        cluster_id: string;
                        consumer_group_id: string;
                        /** @enum {string} */
                        kind: "KafkaConsumerGroupLagSummary";
                        /** Format: int64 */
                        max_lag: number;
                        max_lag_client_id: string;
                        max_lag_consumer: {
                            related: string;
                        };
                        max_lag_consumer_id: string;
                        max_lag_instance_id: string | null;
                        max_lag_partition: {
                            related: string;
                        };
                        max_lag_partition_id: number;
                        /** @description The age of the first record that was not read; null when it is not known. */
                        max_lag_seconds: number | null;
                        max_lag_topic_name: string;
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        /** Format: int64 */
                        total_lag: number;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaConsumerLags: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                consumer_group_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description The lags. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            client_id: string;
                            cluster_id: string;
                            consumer_group_id: string;
                            consumer_id: string;
                            /** Format: int64 */
                            current_offset: number | null;
                            instance_id: string | null;
                            /** @enum {string} */
                            kind: "KafkaConsumerLag";
                            /** Format: int64 */
                            lag: number | null;
                            /** @description The age of the first record that was not read; null when it is not known. */
                            lag_seconds: number | null;
                            /** Format: int64 */
                            log_end_offset: number | null;
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            partition_id: number;
                            topic_name: string;
                        }[];
                        kind: string;
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaConsumerLag: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                consumer_group_id: string;
                partition_id: number;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description The lag. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        client_id: string;
                        cluster_id: string;
                        consumer_group_id: string;
                        consumer_id: string;
                        /** Format: int64 */
                        current_offset: number | null;
                        instance_id: string | null;
                        /** @enum {string} */
                        kind: "KafkaConsumerLag";
                        /** Format: int64 */
                        lag: number | null;
                        /** @description The age of the first record that was not read; null when it is not known. */
                        lag_seconds: number | null;
                        /** Format: int64 */
                        log_end_offset: number | null;
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition_id: number;
                        topic_name: string;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    deleteKafkaConsumerGroupOffsets: {
        parameters: {
            query: {
                /** @description One partition of it; all without. */
                partition_id?: number;
                /** @description The topic. */
                topic_name: string;
            };
            header?: never;
            path: {
                cluster_id: string;
                consumer_group_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description It is done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    resetKafkaConsumerGroupOffsets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                consumer_group_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    to: "earliest" | "latest" | "current" | "offset" | "timestamp" | "duration" | "shift";
                    topics?: {
                        partitions?: number[] | null;
                        topic_name: string;
                    }[] | null;
                    validate_only: boolean;
                    /** Format: int64 */
                    value?: number | null;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description What was, or would be, done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: int64 */
                            current_offset?: number | null;
                            /** Format: int64 */
                            lag_after: number;
                            /** Format: int64 */
                            lag_before?: number | null;
                            /** Format: int64 */
                            new_offset: number;
                            partition_id: number;
                            topic_name: string;
                            warning?: string | null;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaConsumerGroupOffsetResetList";
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaTopics: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            authorized_operations?: string[];
                            cluster_id: string;
                            configs: {
                                related: string;
                            };
                            is_internal: boolean;
                            /** @enum {string} */
                            kind: "KafkaTopic";
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            partition_reassignments: {
                                related: string;
                            };
                            partitions: {
                                related: string;
                            };
                            partitions_count: number;
                            replication_factor: number;
                            topic_name: string;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaTopicList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    createKafkaTopic: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    configs?: {
                        name: string;
                        value?: string | null;
                    }[];
                    partitions_count?: number;
                    replication_factor?: number;
                    topic_name: string;
                    validate_only?: boolean;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        authorized_operations?: string[];
                        cluster_id: string;
                        configs: {
                            related: string;
                        };
                        is_internal: boolean;
                        /** @enum {string} */
                        kind: "KafkaTopic";
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition_reassignments: {
                            related: string;
                        };
                        partitions: {
                            related: string;
                        };
                        partitions_count: number;
                        replication_factor: number;
                        topic_name: string;
                    };
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        authorized_operations?: string[];
                        cluster_id: string;
                        configs: {
                            related: string;
                        };
                        is_internal: boolean;
                        /** @enum {string} */
                        kind: "KafkaTopic";
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition_reassignments: {
                            related: string;
                        };
                        partitions: {
                            related: string;
                        };
                        partitions_count: number;
                        replication_factor: number;
                        topic_name: string;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaAllTopicConfigs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description By topic and name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description What values it takes, in words. */
                            accepts?: string;
                            allowed_values?: string[] | null;
                            cluster_id: string;
                            default_value?: string;
                            documentation?: string;
                            is_default: boolean;
                            is_read_only: boolean;
                            is_sensitive: boolean;
                            /** @enum {string} */
                            kind: "KafkaTopicConfig";
                            maximum?: string | null;
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            /** @description Of a number; text, as values are. */
                            minimum?: string | null;
                            name: string;
                            source: string;
                            synonyms: {
                                name: string;
                                source: string;
                                value?: string | null;
                            }[];
                            topic_name: string;
                            /** @enum {string} */
                            type?: "BOOLEAN" | "STRING" | "INT" | "SHORT" | "LONG" | "DOUBLE" | "LIST";
                            value?: string | null;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaTopicConfigList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    updateKafkaTopicsConfigBatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    data: {
                        configs: {
                            name: string;
                            /** @description SET (the default) or DELETE. */
                            operation?: string | null;
                            value?: string | null;
                        }[];
                        topic_name: string;
                    }[];
                    validate_only?: boolean;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            207: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        failures: {
                            error_code: number;
                            message: string;
                            topic_name: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaAllReassignments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            adding_replicas: number[];
                            cluster_id: string;
                            /** @enum {string} */
                            kind: "KafkaReassignment";
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            partition_id: number;
                            removing_replicas: number[];
                            replicas: {
                                related: string;
                            };
                            topic_name: string;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaReassignmentList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaTopic: {
        parameters: {
            query?: {
                /** @description What the caller may do. */
                include_authorized_operations?: boolean;
            };
            header?: never;
            path: {
                cluster_id: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        authorized_operations?: string[];
                        cluster_id: string;
                        configs: {
                            related: string;
                        };
                        is_internal: boolean;
                        /** @enum {string} */
                        kind: "KafkaTopic";
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition_reassignments: {
                            related: string;
                        };
                        partitions: {
                            related: string;
                        };
                        partitions_count: number;
                        replication_factor: number;
                        topic_name: string;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    deleteKafkaTopic: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    updatePartitionCountKafkaTopic: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** Format: int32 */
                    partitions_count: number;
                    validate_only?: boolean;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        authorized_operations?: string[];
                        cluster_id: string;
                        configs: {
                            related: string;
                        };
                        is_internal: boolean;
                        /** @enum {string} */
                        kind: "KafkaTopic";
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition_reassignments: {
                            related: string;
                        };
                        partitions: {
                            related: string;
                        };
                        partitions_count: number;
                        replication_factor: number;
                        topic_name: string;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaTopicConfigs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description What values it takes, in words. */
                            accepts?: string;
                            allowed_values?: string[] | null;
                            cluster_id: string;
                            default_value?: string;
                            documentation?: string;
                            is_default: boolean;
                            is_read_only: boolean;
                            is_sensitive: boolean;
                            /** @enum {string} */
                            kind: "KafkaTopicConfig";
                            maximum?: string | null;
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            /** @description Of a number; text, as values are. */
                            minimum?: string | null;
                            name: string;
                            source: string;
                            synonyms: {
                                name: string;
                                source: string;
                                value?: string | null;
                            }[];
                            topic_name: string;
                            /** @enum {string} */
                            type?: "BOOLEAN" | "STRING" | "INT" | "SHORT" | "LONG" | "DOUBLE" | "LIST";
                            value?: string | null;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaTopicConfigList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    updateKafkaTopicConfigBatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    data: {
                        name: string;
                        /** @description SET (the default) or DELETE. */
                        operation?: string | null;
                        value?: string | null;
                    }[];
                    validate_only?: boolean;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaTopicConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                name: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What values it takes, in words. */
                        accepts?: string;
                        allowed_values?: string[] | null;
                        cluster_id: string;
                        default_value?: string;
                        documentation?: string;
                        is_default: boolean;
                        is_read_only: boolean;
                        is_sensitive: boolean;
                        /** @enum {string} */
                        kind: "KafkaTopicConfig";
                        maximum?: string | null;
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        /** @description Of a number; text, as values are. */
                        minimum?: string | null;
                        name: string;
                        source: string;
                        synonyms: {
                            name: string;
                            source: string;
                            value?: string | null;
                        }[];
                        topic_name: string;
                        /** @enum {string} */
                        type?: "BOOLEAN" | "STRING" | "INT" | "SHORT" | "LONG" | "DOUBLE" | "LIST";
                        value?: string | null;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    updateKafkaTopicConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                name: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    value?: string | null;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    deleteKafkaTopicConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                name: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaDefaultTopicConfigs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** @description What values it takes, in words. */
                            accepts?: string;
                            allowed_values?: string[] | null;
                            cluster_id: string;
                            default_value?: string;
                            documentation?: string;
                            is_default: boolean;
                            is_read_only: boolean;
                            is_sensitive: boolean;
                            /** @enum {string} */
                            kind: "KafkaTopicConfig";
                            maximum?: string | null;
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            /** @description Of a number; text, as values are. */
                            minimum?: string | null;
                            name: string;
                            source: string;
                            synonyms: {
                                name: string;
                                source: string;
                                value?: string | null;
                            }[];
                            topic_name: string;
                            /** @enum {string} */
                            type?: "BOOLEAN" | "STRING" | "INT" | "SHORT" | "LONG" | "DOUBLE" | "LIST";
                            value?: string | null;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaTopicConfigList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaPartitions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            cluster_id: string;
                            isr_broker_ids?: number[];
                            /** @enum {string} */
                            kind: "KafkaPartition";
                            leader?: {
                                related: string;
                            };
                            leader_broker_id?: number;
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            partition_id: number;
                            reassignment: {
                                related: string;
                            };
                            records?: {
                                related: string;
                            };
                            replica_broker_ids?: number[];
                            replicas: {
                                related: string;
                            };
                            topic_name: string;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaPartitionList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    searchKafkaReassignmentsByTopic: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            adding_replicas: number[];
                            cluster_id: string;
                            /** @enum {string} */
                            kind: "KafkaReassignment";
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            partition_id: number;
                            removing_replicas: number[];
                            replicas: {
                                related: string;
                            };
                            topic_name: string;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaReassignmentList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaPartition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                partition_id: number;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        cluster_id: string;
                        isr_broker_ids?: number[];
                        /** @enum {string} */
                        kind: "KafkaPartition";
                        leader?: {
                            related: string;
                        };
                        leader_broker_id?: number;
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition_id: number;
                        reassignment: {
                            related: string;
                        };
                        records?: {
                            related: string;
                        };
                        replica_broker_ids?: number[];
                        replicas: {
                            related: string;
                        };
                        topic_name: string;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaPartitionOffsets: {
        parameters: {
            query?: {
                /** @description Which of them; both by default. */
                offset_type?: "earliest_and_latest" | "earliest" | "latest";
            };
            header?: never;
            path: {
                cluster_id: string;
                partition_id: number;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description The offsets. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        cluster_id: string;
                        /** Format: int64 */
                        earliest_offset?: number;
                        /** @enum {string} */
                        kind: "KafkaPartitionWithOffsets";
                        /** Format: int64 */
                        latest_offset?: number;
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition_id: number;
                        topic_name: string;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaReassignment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                partition_id: number;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        adding_replicas: number[];
                        cluster_id: string;
                        /** @enum {string} */
                        kind: "KafkaReassignment";
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition_id: number;
                        removing_replicas: number[];
                        replicas: {
                            related: string;
                        };
                        topic_name: string;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    consumePartitionRecords: {
        parameters: {
            query?: {
                /** @description Of keys and values; default 1 MiB, at most 8 MiB. */
                max_bytes?: number;
                /** @description Default 500, at most 10000. */
                max_records?: number;
                /** @description Longer keys and values are cut; default 8 MiB. */
                max_value_bytes?: number;
                /** @description A number, earliest (default) or latest. */
                offset?: string;
                /** @description Longest wait for a record; default 1000, at most 30000. */
                timeout_ms?: number;
                /** @description Unix ms; the first record at or after it. */
                timestamp?: number;
            };
            header?: never;
            path: {
                cluster_id: string;
                partition_id: number;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description Records and where to go on. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        cluster_id?: string;
                        data: {
                            headers: {
                                name: string;
                                /** Format: byte */
                                value?: string | null;
                            }[];
                            key: {
                                /** @description base64, any JSON, or a string, by type */
                                data: unknown;
                                /** @description The whole record, when it is truncated. */
                                href?: string;
                                /** @description Bytes of the whole, when it is truncated. */
                                size?: number;
                                /** @description Only the beginning is shown, as text or base64. */
                                truncated?: boolean;
                                /** @enum {string} */
                                type: "BINARY" | "JSON" | "STRING";
                            } | null;
                            /** Format: int64 */
                            offset: number;
                            /** Format: int32 */
                            partition_id: number;
                            /** @description Bytes of key and value. */
                            size?: number;
                            /**
                             * Format: int64
                             * @description Unix ms, -1 for none
                             */
                            timestamp: number;
                            value: {
                                /** @description base64, any JSON, or a string, by type */
                                data: unknown;
                                /** @description The whole record, when it is truncated. */
                                href?: string;
                                /** @description Bytes of the whole, when it is truncated. */
                                size?: number;
                                /** @description Only the beginning is shown, as text or base64. */
                                truncated?: boolean;
                                /** @enum {string} */
                                type: "BINARY" | "JSON" | "STRING";
                            } | null;
                        }[];
                        /** Format: int64 */
                        high_watermark?: number;
                        kind: string;
                        /** Format: int64 */
                        log_start_offset?: number;
                        metadata?: Record<string, never>;
                        /** Format: int64 */
                        next_offset: number;
                        /** Format: int32 */
                        partition_id?: number;
                        topic_name?: string;
                        /** @description Batches that were left out because they cannot be opened. */
                        unreadable?: {
                            message?: string;
                            /** Format: int64 */
                            next_offset?: number;
                            /** Format: int64 */
                            offset?: number;
                            /** Format: int32 */
                            partition_id?: number;
                        }[];
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getRecord: {
        parameters: {
            query?: {
                /** @description base64: key and value byte for byte, as BINARY; auto (default): as what they are. */
                format?: "auto" | "base64";
            };
            header?: never;
            path: {
                cluster_id: string;
                offset: number;
                partition_id: number;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description The record. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        headers: {
                            name: string;
                            /** Format: byte */
                            value?: string | null;
                        }[];
                        key: {
                            /** @description base64, any JSON, or a string, by type */
                            data: unknown;
                            /** @description The whole record, when it is truncated. */
                            href?: string;
                            /** @description Bytes of the whole, when it is truncated. */
                            size?: number;
                            /** @description Only the beginning is shown, as text or base64. */
                            truncated?: boolean;
                            /** @enum {string} */
                            type: "BINARY" | "JSON" | "STRING";
                        } | null;
                        /** Format: int64 */
                        offset: number;
                        /** Format: int32 */
                        partition_id: number;
                        /** @description Bytes of key and value. */
                        size?: number;
                        /**
                         * Format: int64
                         * @description Unix ms, -1 for none
                         */
                        timestamp: number;
                        value: {
                            /** @description base64, any JSON, or a string, by type */
                            data: unknown;
                            /** @description The whole record, when it is truncated. */
                            href?: string;
                            /** @description Bytes of the whole, when it is truncated. */
                            size?: number;
                            /** @description Only the beginning is shown, as text or base64. */
                            truncated?: boolean;
                            /** @enum {string} */
                            type: "BINARY" | "JSON" | "STRING";
                        } | null;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    listKafkaReplicas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                partition_id: number;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            broker: {
                                related: string;
                            };
                            broker_id: number;
                            cluster_id: string;
                            is_in_sync: boolean;
                            is_leader: boolean;
                            /** @enum {string} */
                            kind: "KafkaReplica";
                            metadata: {
                                resource_name?: string | null;
                                self: string;
                            };
                            partition_id: number;
                            topic_name: string;
                        }[];
                        /** @enum {string} */
                        kind: "KafkaReplicaList";
                        metadata: {
                            next?: string | null;
                            self: string;
                        };
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    getKafkaReplica: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                broker_id: number;
                cluster_id: string;
                partition_id: number;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        broker: {
                            related: string;
                        };
                        broker_id: number;
                        cluster_id: string;
                        is_in_sync: boolean;
                        is_leader: boolean;
                        /** @enum {string} */
                        kind: "KafkaReplica";
                        metadata: {
                            resource_name?: string | null;
                            self: string;
                        };
                        partition_id: number;
                        topic_name: string;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    consumeTopicRecords: {
        parameters: {
            query?: {
                /** @description Instead of from: next_cursor or previous_cursor of an answer. */
                cursor?: string;
                /** @description backward: newest first. */
                direction?: "forward" | "backward";
                /** @description A CEL expression; only records that it is true for. */
                filter?: string;
                /** @description earliest, latest, offset:N or timestamp:MS. */
                from?: string;
                /** @description Of keys and values; default 1 MiB, at most 8 MiB. */
                max_bytes?: number;
                /** @description Default 500, at most 10000. */
                max_records?: number;
                /** @description Longer keys and values are cut; default 64 KiB. */
                max_value_bytes?: number;
                /** @description Numbers with commas between them; all without it. */
                partitions?: string;
                /** @description Longest wait for a record; default 1000, at most 30000. */
                timeout_ms?: number;
            };
            header?: never;
            path: {
                cluster_id: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description Records, and cursors to go on from. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Nothing more was there in this direction. */
                        at_end: boolean;
                        cluster_id?: string;
                        data: {
                            headers: {
                                name: string;
                                /** Format: byte */
                                value?: string | null;
                            }[];
                            key: {
                                /** @description base64, any JSON, or a string, by type */
                                data: unknown;
                                /** @description The whole record, when it is truncated. */
                                href?: string;
                                /** @description Bytes of the whole, when it is truncated. */
                                size?: number;
                                /** @description Only the beginning is shown, as text or base64. */
                                truncated?: boolean;
                                /** @enum {string} */
                                type: "BINARY" | "JSON" | "STRING";
                            } | null;
                            /** Format: int64 */
                            offset: number;
                            /** Format: int32 */
                            partition_id: number;
                            /** @description Bytes of key and value. */
                            size?: number;
                            /**
                             * Format: int64
                             * @description Unix ms, -1 for none
                             */
                            timestamp: number;
                            value: {
                                /** @description base64, any JSON, or a string, by type */
                                data: unknown;
                                /** @description The whole record, when it is truncated. */
                                href?: string;
                                /** @description Bytes of the whole, when it is truncated. */
                                size?: number;
                                /** @description Only the beginning is shown, as text or base64. */
                                truncated?: boolean;
                                /** @enum {string} */
                                type: "BINARY" | "JSON" | "STRING";
                            } | null;
                        }[];
                        kind: string;
                        metadata?: Record<string, never>;
                        next_cursor: string;
                        partitions: {
                            /** Format: int64 */
                            high_watermark?: number;
                            /** Format: int64 */
                            log_start_offset?: number;
                            /** Format: int32 */
                            partition_id?: number;
                        }[];
                        previous_cursor: string;
                        progress: {
                            /** @description Why, for the first of them. */
                            filter_failure?: string;
                            /** @description Records that the filter had no answer for. */
                            filter_failures?: number;
                            matched?: number;
                            scanned_bytes?: number;
                            scanned_records?: number;
                        };
                        topic_name?: string;
                        /** @description Batches that were left out because they cannot be opened. */
                        unreadable?: {
                            message?: string;
                            /** Format: int64 */
                            next_offset?: number;
                            /** Format: int64 */
                            offset?: number;
                            /** Format: int32 */
                            partition_id?: number;
                        }[];
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    produceRecord: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body within 24 hours gets the first answer and writes nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                cluster_id: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    headers?: {
                        name: string;
                        /** Format: byte */
                        value?: string | null;
                    }[];
                    key?: {
                        /** @description base64, any JSON, or a string, by type */
                        data?: unknown;
                        /** @enum {string} */
                        type?: "BINARY" | "JSON" | "STRING";
                    } | null;
                    /** Format: int32 */
                    partition_id?: number | null;
                    /** Format: date-time */
                    timestamp?: string | null;
                    value?: {
                        /** @description base64, any JSON, or a string, by type */
                        data?: unknown;
                        /** @enum {string} */
                        type?: "BINARY" | "JSON" | "STRING";
                    } | null;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description What became of each record. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        cluster_id?: string;
                        /** Format: int32 */
                        error_code: number;
                        key?: {
                            size: number;
                            /** @enum {string} */
                            type: "BINARY" | "JSON" | "STRING";
                        } | null;
                        message?: string;
                        /** Format: int64 */
                        offset?: number;
                        /** Format: int32 */
                        partition_id?: number;
                        /** Format: date-time */
                        timestamp?: string | null;
                        topic_name?: string;
                        value?: {
                            size: number;
                            /** @enum {string} */
                            type: "BINARY" | "JSON" | "STRING";
                        } | null;
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            /** @description The record is larger than the topic takes. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
            /** @description The body is of another type. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
            /** @description The body is empty. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: int32 */
                        error_code: number;
                        message: string | null;
                    };
                };
            };
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    produceRecordsBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body within 24 hours gets the first answer and writes nothing twice. */
                "Idempotency-Key"?: string;
            };
            path: {
                cluster_id: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    entries: {
                        headers?: {
                            name: string;
                            /** Format: byte */
                            value?: string | null;
                        }[];
                        id: string;
                        key?: {
                            /** @description base64, any JSON, or a string, by type */
                            data?: unknown;
                            /** @enum {string} */
                            type?: "BINARY" | "JSON" | "STRING";
                        } | null;
                        /** Format: int32 */
                        partition_id?: number | null;
                        /** Format: date-time */
                        timestamp?: string | null;
                        value?: {
                            /** @description base64, any JSON, or a string, by type */
                            data?: unknown;
                            /** @enum {string} */
                            type?: "BINARY" | "JSON" | "STRING";
                        } | null;
                    }[];
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description What became of each entry, by id. */
            207: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        failures: {
                            /** Format: int32 */
                            error_code: number;
                            id: string;
                            message?: string;
                        }[];
                        successes: {
                            cluster_id?: string;
                            id: string;
                            key?: {
                                size: number;
                                /** @enum {string} */
                                type: "BINARY" | "JSON" | "STRING";
                            } | null;
                            /** Format: int64 */
                            offset?: number;
                            /** Format: int32 */
                            partition_id?: number;
                            /** Format: date-time */
                            timestamp?: string | null;
                            topic_name?: string;
                            value?: {
                                size: number;
                                /** @enum {string} */
                                type: "BINARY" | "JSON" | "STRING";
                            } | null;
                        }[];
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
    deleteKafkaRecords: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                cluster_id: string;
                topic_name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    partitions: {
                        /** @description An offset, or high_watermark. */
                        before_offset: string;
                        partition_id: number;
                    }[];
                    validate_only?: boolean;
                };
            };
        };
        responses: {
            "5XX": components["responses"]["Error"];
            /** @description What became of each partition. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: {
                            /** Format: int64 */
                            high_watermark: number;
                            /** Format: int64 */
                            log_start_offset: number;
                            partition_id: number;
                            /** Format: int64 */
                            records: number;
                        }[];
                    };
                };
            };
            400: components["responses"]["Error"];
            401: components["responses"]["Error"];
            403: components["responses"]["Error"];
            404: components["responses"]["Error"];
            429: components["responses"]["Error"];
            default: components["responses"]["Error"];
        };
    };
}
