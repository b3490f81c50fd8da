"""A synthetic world and local servers that speak Apify's and Apollo's HTTP: for the demo, tests and
benchmarks.

Belongs here: everything invented. Does not belong here: code that the pipeline needs in production; nothing
outside tests, benchmarks and the commands `sandbox` and `demo` may import this room.

    from outreach_pipeline.sandbox.server import Sandbox
    with Sandbox(companies=200) as sandbox:
        sandbox.apify_url, sandbox.apify_token, sandbox.apollo_url, sandbox.apollo_key

`world` invents, `render` writes it down as the sources would, `apify` and `apollo` serve it (`server` is both),
`score` compares a database with it.
"""
