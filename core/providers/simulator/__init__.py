"""The practice mode: a local endpoint that speaks the Messages API and writes stand-in conversations.

The provider starts a `Simulator` and points the SDK at its `base_url`; tests add `Faults`. It must never call out.
"""
