"""A small stand-in for Stripe, for development and tests: no money moves here.

It is a process of its own that speaks Stripe's wire protocol (API version in `wire.API_VERSION`),
so the application cannot tell it from Stripe but for the address. Rooms, lowest first:

- `wire`      forms in brackets, error and list envelopes
- `params`    which parameters each call takes, and their types
- `store`     the SQLite file that outlives a restart
- `shapes`    new objects with every field Stripe promises
- `cards`     the test cards and what each of them does
- `events`    what happened, and the queue of webhook deliveries
- `listing`   pages of objects, and `expand[]`
- `checkout`  sessions: open, paid, settled, expired
- `refunds`   refunds in part and in full
- `api`       the routes under /v1
- `faults`    calls that fail on demand
- `webhooks`  signs and delivers in the background
- `control`   the switches under /_sandbox
- `pages`     the pay page
- `server`    HTTP
"""
