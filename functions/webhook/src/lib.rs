//! Lambda behind the HTTP API: authenticate, parse, record, wake.
