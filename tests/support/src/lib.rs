//! What the black-box tests share: stub channels that check requests, and the running whole.
