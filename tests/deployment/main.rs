//! `template.yaml` as it is deployed: what each function may do, that its numbers go together with
//! the code's, and that alarms and dashboard look at what is there.

mod alarms;
mod dashboard;
mod expression;
mod numbers;
mod roles;
mod template;
mod watched;
