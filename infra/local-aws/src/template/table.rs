//! `AWS::DynamoDB::Table`.

use std::collections::BTreeMap;

use super::{
    error::TemplateError,
    resolve::{Resolver, Scope},
    yaml::Node,
};
use crate::dynamodb::{IndexDefinition, Key, KeyAttribute, KeyType, Projection, TableDefinition};

pub(super) fn read_all(resolver: &Resolver<'_>) -> Result<Vec<TableDefinition>, TemplateError> {
    resolver
        .of_type("AWS::DynamoDB::Table")
        .map(|(id, resource)| read(resolver.scope(id), resource))
        .collect()
}

fn read(scope: Scope<'_, '_>, resource: &Node) -> Result<TableDefinition, TemplateError> {
    let properties = required(scope, resource, "Properties")?;
    let mut types = BTreeMap::new();
    for attribute in required(scope, properties, "AttributeDefinitions")?.items() {
        let name = scope.text(required(scope, attribute, "AttributeName")?)?;
        let kind = required(scope, attribute, "AttributeType")?;
        let kind = match scope.text(kind)?.as_str() {
            "S" => KeyType::String,
            "N" => KeyType::Number,
            "B" => KeyType::Binary,
            _ => return Err(scope.error(kind, "an attribute's type is S, N or B")),
        };
        types.insert(name, kind);
    }
    let indexes = properties.get("GlobalSecondaryIndexes").map(Node::items).unwrap_or_default();
    if let Some(local) = properties.get("LocalSecondaryIndexes") {
        return Err(scope.error(local, "the local run has no local secondary indexes"));
    }
    Ok(TableDefinition {
        name: scope.text(required(scope, properties, "TableName")?)?,
        key: key(scope, properties, &types)?,
        indexes: indexes.iter().map(|node| index(scope, node, &types)).collect::<Result<_, _>>()?,
        ttl_attribute: expiry(scope, properties)?,
    })
}

fn index(
    scope: Scope<'_, '_>,
    node: &Node,
    types: &BTreeMap<String, KeyType>,
) -> Result<IndexDefinition, TemplateError> {
    Ok(IndexDefinition {
        name: scope.text(required(scope, node, "IndexName")?)?,
        key: key(scope, node, types)?,
        projection: projection(scope, node)?,
    })
}

/// The attribute of the time to live, if it is switched on.
fn expiry(scope: Scope<'_, '_>, properties: &Node) -> Result<Option<String>, TemplateError> {
    let Some(expiry) = properties.get("TimeToLiveSpecification") else { return Ok(None) };
    let enabled = scope.text(required(scope, expiry, "Enabled")?)? == "true";
    let attribute = scope.text(required(scope, expiry, "AttributeName")?)?;
    Ok(enabled.then_some(attribute))
}

fn key(
    scope: Scope<'_, '_>,
    owner: &Node,
    types: &BTreeMap<String, KeyType>,
) -> Result<Key, TemplateError> {
    let schema = required(scope, owner, "KeySchema")?;
    let (mut partition, mut sort) = (None, None);
    for element in schema.items() {
        let name = scope.text(required(scope, element, "AttributeName")?)?;
        let Some(key_type) = types.get(&name).copied() else {
            let problem = format!("the key {name} is not among the AttributeDefinitions");
            return Err(scope.error(element, problem));
        };
        let role = required(scope, element, "KeyType")?;
        let slot = match scope.text(role)?.as_str() {
            "HASH" => &mut partition,
            "RANGE" => &mut sort,
            _ => return Err(scope.error(role, "a key's type is HASH or RANGE")),
        };
        if slot.replace(KeyAttribute { name, key_type }).is_some() {
            return Err(scope.error(element, "a key has one HASH and at most one RANGE"));
        }
    }
    let partition = partition.ok_or_else(|| scope.error(schema, "a key needs a HASH"))?;
    Ok(Key { partition, sort })
}

fn projection(scope: Scope<'_, '_>, index: &Node) -> Result<Projection, TemplateError> {
    let projection = required(scope, index, "Projection")?;
    let kind = required(scope, projection, "ProjectionType")?;
    match scope.text(kind)?.as_str() {
        "ALL" => Ok(Projection::All),
        "KEYS_ONLY" => Ok(Projection::KeysOnly),
        "INCLUDE" => {
            let names = required(scope, projection, "NonKeyAttributes")?.items();
            let names: Result<_, _> = names.iter().map(|name| scope.text(name)).collect();
            Ok(Projection::Include(names?))
        }
        _ => Err(scope.error(kind, "a projection is ALL, KEYS_ONLY or INCLUDE")),
    }
}

/// A member that must be there.
pub(super) fn required<'n>(
    scope: Scope<'_, '_>,
    owner: &'n Node,
    name: &str,
) -> Result<&'n Node, TemplateError> {
    owner.get(name).ok_or_else(|| scope.error(owner, format!("{name} is missing")))
}
