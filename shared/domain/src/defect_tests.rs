//! The predecessor's defects, by the sections of the specification of the dialogue that list them,
//! each shown to be gone.

mod flow;
mod reading;
pub(crate) mod talk;
