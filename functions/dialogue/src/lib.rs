//! Lambda behind inbound.fifo: one turn of one session at a time.
