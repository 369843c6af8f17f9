"""A small stand-in for Stripe, for development and tests: no money moves here.

It is a process of its own that speaks Stripe's wire protocol (API version in `wire.API_VERSION`),
so the application cannot tell it from Stripe but for the address. Rooms, lowest first:

- `wire`      forms in brackets, error and list envelopes
- `params`    which parameters each call takes, and their types
- `store`     the SQLite file that outlives a restart, and what is planned in it
- `clock`     the time, which a control moves ahead
- `shapes`, `billing_shapes`  new objects with every field Stripe promises
- `cards`     the test cards and what each of them does
- `events`    what happened, and the queue of webhook deliveries
- `charging`  payment methods, and attempts to collect a payment
- `invoices`  drawn up, paid or not
- `listing`   pages of objects, and `expand[]`
- `subscriptions`  started, renewed, retried, ended
- `checkout`  sessions: open, paid, settled, expired
- `refunds`   refunds in part and in full, late and failing ones
- `disputes`  money that a payer's bank takes back
- `payouts`   what goes to the bank account
- `timeline`  what is due, in the order of its moments
- `routes`    the calls under /v1
- `api`       who may call, and the same answer for the same key
- `faults`    calls that fail on demand
- `webhooks`  signs and delivers in the background
- `control`   the switches under /_sandbox
- `pages`     the pay page
- `portal`    the billing portal
- `server`    HTTP
"""
