"""How the web server runs, the same under the supervisor and in a container."""

import os

bind = os.environ.get("BIND", "0.0.0.0:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 30
graceful_timeout = 10
keepalive = 5
# A worker is replaced now and then, so that a slow leak never grows old.
max_requests = 10_000
max_requests_jitter = 1_000
accesslog = os.environ.get("ACCESS_LOG") or None
# Loaded once and then forked, the workers start sooner and share memory.
reload = os.environ.get("DEBUG") == "1"
preload_app = not reload
# It would lie in the home folder, which a container may not write.
control_socket_disable = True
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
