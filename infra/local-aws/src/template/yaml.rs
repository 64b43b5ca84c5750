//! YAML with CloudFormation's tags, as a tree that knows its lines.

use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, ScanError, Tag, YamlData};

/// A piece of the template.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The line where it is written, from 1: the line of its key, if it has one.
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Nothing, or something that has no place in a template.
    Nothing,
    /// A string, number or truth value, as text.
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    /// An intrinsic function, in whichever form it was written: `Ref`, `Fn::Sub`, ...
    Call(String, Box<Node>),
}

impl Node {
    /// The first document of `text`.
    pub(super) fn parse(text: &str) -> Result<Self, ScanError> {
        let documents = MarkedYaml::load_from_str(text)?;
        Ok(documents.first().map_or(Self { line: 1, value: Value::Nothing }, Self::from_yaml))
    }

    /// A member of a mapping.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.members().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The members of a mapping; of anything else none.
    pub(super) fn members(&self) -> &[(String, Self)] {
        if let Value::Map(members) = &self.value { members } else { &[] }
    }

    /// The items of a list; of anything else none.
    pub(super) fn items(&self) -> &[Self] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// The piece as plain values, without its lines.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Nothing => serde_json::Value::Null,
            Value::Text(text) => serde_json::Value::String(text.clone()),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(members) => {
                members.iter().map(|(name, node)| (name.clone(), node.to_json())).collect()
            }
            Value::Call(name, argument) => {
                [(name.clone(), argument.to_json())].into_iter().collect()
            }
        }
    }

    fn from_yaml(yaml: &MarkedYaml<'_>) -> Self {
        let line = yaml.span.start.line();
        let value = match &yaml.data {
            YamlData::Value(scalar) => from_scalar(scalar),
            YamlData::Sequence(items) => Value::List(items.iter().map(Self::from_yaml).collect()),
            YamlData::Mapping(members) => from_members(
                members.iter().map(|(key, value)| {
                    let node = Self::from_yaml(value);
                    (key_text(key), Self { line: key.span.start.line(), ..node })
                }),
                line,
            ),
            YamlData::Tagged(tag, node) => from_tagged(tag, Self::from_yaml(node)),
            YamlData::Representation(text, ..) => Value::Text(text.to_string()),
            YamlData::Alias(_) | YamlData::BadValue => Value::Nothing,
        };
        Self { line, value }
    }
}

fn key_text(key: &MarkedYaml<'_>) -> String {
    match &key.data {
        YamlData::Value(scalar) => match from_scalar(scalar) {
            Value::Text(text) => text,
            _ => String::new(),
        },
        _ => String::new(),
    }
}

fn from_scalar(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Nothing,
        Scalar::Boolean(truth) => Value::Text(truth.to_string()),
        Scalar::Integer(number) => Value::Text(number.to_string()),
        Scalar::FloatingPoint(number) => Value::Text(number.to_string()),
        Scalar::String(text) => Value::Text(text.to_string()),
    }
}

/// A mapping, or a function in its long form: `{"Fn::Sub": ...}`.
fn from_members(members: impl Iterator<Item = (String, Node)>, line: usize) -> Value {
    let mut members: Vec<(String, Node)> = members.collect();
    let is_call = |name: &str| name == "Ref" || name.starts_with("Fn::");
    match members.pop() {
        Some((name, argument)) if members.is_empty() && is_call(&name) => {
            let Node { value, .. } = argument;
            Value::Call(name, Box::new(Node { line, value }))
        }
        Some(last) => {
            members.push(last);
            Value::Map(members)
        }
        None => Value::Map(members),
    }
}

/// A function in its short form: `!Sub ...`. `!GetAtt a.b` becomes the list of its long form.
fn from_tagged(tag: &Tag, argument: Node) -> Value {
    let line = argument.line;
    match (tag.suffix.as_str(), argument.value) {
        ("Ref", value) => Value::Call("Ref".to_owned(), Box::new(Node { line, value })),
        ("GetAtt", Value::Text(path)) => {
            let (resource, attribute) = path.split_once('.').unwrap_or((&path, ""));
            let parts = [resource, attribute]
                .map(|part| Node { line, value: Value::Text(part.to_owned()) });
            let list = Node { line, value: Value::List(parts.into()) };
            Value::Call("Fn::GetAtt".to_owned(), Box::new(list))
        }
        (name, value) => Value::Call(format!("Fn::{name}"), Box::new(Node { line, value })),
    }
}
