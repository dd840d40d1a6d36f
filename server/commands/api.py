"""`hengyang api`: the HTTP server."""

from socket import gethostname

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(api)


def api(
    host: str | None = typer.Option(None, help="Address to listen on; default from the settings."),
    port: int | None = typer.Option(None, help="Port to listen on; default from the settings."),
) -> None:
    """Serve the API and the web pages. Run as many as there are cores, behind a proxy."""
    import uvicorn

    from center import logs
    from center.database import name_process
    from center.processes.heartbeat import Heartbeat
    from center.settings import ApiSettings, DatabaseSettings, settings
    from server.app import create_app
    from server.settings import HttpSettings

    logs.configure("api")
    name_process("api")
    config, http = settings(ApiSettings), settings(HttpSettings)
    port = port or config.api_port
    database_url = str(settings(DatabaseSettings).database_url)
    heart = Heartbeat(f"api-{gethostname()}-{port}", "api", database_url)
    uvicorn.run(
        create_app(heart),
        host=host or config.api_host,
        port=port,
        log_config=None,
        access_log=False,  # ours says more and is one line of JSON
        server_header=False,
        date_header=True,
        proxy_headers=bool(http.api_proxies),
        forwarded_allow_ips=list(http.api_proxies),
        ssl_certfile=http.api_tls_certificate,
        ssl_keyfile=http.api_tls_key,
        timeout_graceful_shutdown=10,
    )
