"""Helpers that tests share: a scripted server, faults as data, responses, and one client driver.

- `server`: a server on raw sockets that plays a script, one step per request.
- `faults`: a server in front of a sandbox that breaks the requests that a table names.
- `answers`: response bodies as in the contract.
- `driver`: runs the same test against the sync client and the async one on asyncio and trio.
- `plain`: jobs written with bare httpx, to compare with.

Nothing here sleeps. Whatever has to last ends with an event.
"""
