//! `AWS::IAM::Role`: what a function may do.

use super::{
    error::TemplateError,
    resolve::{Resolver, Scope},
    table::required,
    yaml::{Node, Value},
};
use crate::permissions::{Role, Statement};

/// The one condition that is understood.
const OPERATOR: &str = "ForAllValues:StringLike";
const CONDITION_KEY: &str = "dynamodb:LeadingKeys";

/// The role that a function's property `Role` refers to.
pub(super) fn read(
    scope: Scope<'_, '_>,
    resolver: &Resolver<'_>,
    reference: &Node,
) -> Result<Role, TemplateError> {
    let kind = "AWS::IAM::Role";
    let id = resolver.referred(reference, kind).unwrap_or_default();
    let Some((id, resource)) = resolver.of_type(kind).find(|(name, _)| *name == id) else {
        return Err(scope.error(reference, "a function's role is a role of this template"));
    };
    let scope = resolver.scope(id);
    let mut statements = Vec::new();
    let policies = resource.get("Properties").and_then(|properties| properties.get("Policies"));
    for policy in policies.map(Node::items).unwrap_or_default() {
        let document = required(scope, policy, "PolicyDocument")?;
        for statement in required(scope, document, "Statement")?.items() {
            if let Some(statement) = scope.chosen(statement)? {
                statements.push(read_statement(scope, statement)?);
            }
        }
    }
    Ok(Role { statements })
}

fn read_statement(scope: Scope<'_, '_>, node: &Node) -> Result<Statement, TemplateError> {
    let mut statement = Statement::default();
    for (name, value) in node.members() {
        match name.as_str() {
            "Sid" => statement.sid = scope.text(value)?,
            "Effect" if scope.text(value)? == "Allow" => {}
            "Action" => statement.actions = texts(scope, value)?,
            "Resource" => statement.resources = texts(scope, value)?,
            "Condition" => statement.leading_keys = leading_keys(scope, value)?,
            other => {
                return Err(scope.error(value, format!("the local run's roles have no {other}")));
            }
        }
    }
    Ok(statement)
}

fn leading_keys(scope: Scope<'_, '_>, condition: &Node) -> Result<Vec<String>, TemplateError> {
    match condition.members() {
        [(operator, keys)] if operator == OPERATOR => match keys.members() {
            [(key, patterns)] if key == CONDITION_KEY => texts(scope, patterns),
            _ => Err(scope.error(keys, format!("the local run takes {CONDITION_KEY} alone"))),
        },
        _ => Err(scope.error(condition, format!("the local run takes {OPERATOR} alone"))),
    }
}

/// One value or a list of them.
fn texts(scope: Scope<'_, '_>, node: &Node) -> Result<Vec<String>, TemplateError> {
    match &node.value {
        Value::List(items) => items.iter().map(|item| scope.text(item)).collect(),
        _ => Ok(vec![scope.text(node)?]),
    }
}
