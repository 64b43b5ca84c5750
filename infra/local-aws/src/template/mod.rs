//! `template.yaml`, as far as it can be run on one machine: tables, queues, functions, routes,
//! event source mappings and schedules.
//!
//! It is strict about what it runs: what CloudFormation or a service would refuse only at
//! deployment is refused here with the line, and so is an event or a queue property that the local
//! run would silently leave out. Resources of other types (log groups, alarms) are left to AWS, and so
//! is the topic that tells a function of alarms.

mod error;
mod function;
mod queue;
mod resolve;
mod role;
mod table;
mod yaml;

use std::collections::BTreeMap;

pub use self::{
    error::TemplateError,
    function::{DEFAULT_CONCURRENCY, Function},
    queue::{DeadLetters, Queue},
};
use crate::{
    dynamodb::TableDefinition, gateway::Route, mapping::Mapping, schedule::Schedule, site::Site,
};
use resolve::Resolver;
use yaml::Node;

/// What a template is read against: the other half of its references.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// For pseudo parameters and ARNs.
    pub site: Site,
    /// Values for the template's parameters, in place of their defaults.
    pub parameters: BTreeMap<String, String>,
    /// What queue URLs begin with: `http://127.0.0.1:4566`, without a slash at the end.
    pub endpoint: String,
}

/// The part of a template that runs on one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The tables.
    pub tables: Vec<TableDefinition>,
    /// The queues; a dead-letter queue comes before those that use it.
    pub queues: Vec<Queue>,
    /// The functions.
    pub functions: Vec<Function>,
    /// The routes of the HTTP API.
    pub routes: Vec<Route>,
    /// Which function reads which queue.
    pub mappings: Vec<Mapping>,
    /// Which function runs how often.
    pub schedules: Vec<Schedule>,
}

/// A template as a tree of plain values, its functions in their long form: two ways to write the same
/// come out the same.
///
/// # Errors
/// When it is no YAML.
pub fn tree(text: &str) -> Result<serde_json::Value, TemplateError> {
    Ok(Node::parse(text)?.to_json())
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// [`TemplateError`] names the line and the logical id.
    pub fn parse(text: &str, surroundings: &Surroundings) -> Result<Self, TemplateError> {
        let root = Node::parse(text)?;
        let resolver = Resolver::new(&root, surroundings)?;
        let tables = table::read_all(&resolver)?;
        let queues = queue::read_all(&resolver)?;
        let function::Wired { functions, routes, mappings, schedules } =
            function::read_all(&root, &resolver, &queues)?;
        Ok(Self { tables, queues, functions, routes, mappings, schedules })
    }
}
