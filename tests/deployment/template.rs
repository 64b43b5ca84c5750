//! The template's resources with names in the place of references, for what nothing local runs:
//! alarms, topics, the dashboard.
#![expect(clippy::unwrap_used, reason = "a template that cannot be read must fail every test")]

use std::collections::BTreeMap;

use mirt_local_aws::template::{Surroundings, Template};
use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value, json};

pub(crate) const TEXT: &str = include_str!("../../template.yaml");

/// What of the template runs on one machine as well.
pub(crate) fn local() -> Template {
    with(&[])
}

/// The same with these parameters.
pub(crate) fn with(parameters: &[(&str, &str)]) -> Template {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let surroundings = Surroundings {
        endpoint: "http://127.0.0.1:4566".to_owned(),
        parameters: parameters.iter().map(owned).collect(),
        ..Surroundings::default()
    };
    Template::parse(TEXT, &surroundings).unwrap()
}

/// The whole template.
pub(crate) struct Whole(Value);

impl Whole {
    pub(crate) fn read() -> Self {
        let documents = Yaml::load_from_str(TEXT).unwrap();
        Self(from_yaml(documents.first().unwrap()))
    }

    /// The properties of all resources of a type, by their ids, with all that can be resolved.
    pub(crate) fn of_type(&self, kind: &str) -> BTreeMap<String, Value> {
        let resources = self.0["Resources"].as_object().unwrap().iter();
        resources
            .filter(|(_, resource)| resource["Type"] == kind)
            .map(|(id, resource)| (id.clone(), self.resolve(&resource["Properties"])))
            .collect()
    }

    /// A section of the template as it is written.
    pub(crate) fn section(&self, name: &str) -> &Value {
        &self.0[name]
    }

    fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.resolve(item)).collect(),
            Value::Object(members) => {
                let mut all = members.iter();
                match (all.next(), all.next()) {
                    (Some((call, name)), None) if call == "Ref" => {
                        json!(self.reference(name.as_str().unwrap()))
                    }
                    (Some((call, path)), None) if call == "Fn::GetAtt" => {
                        json!(self.attribute(path.as_str().unwrap()))
                    }
                    (Some((call, text)), None) if call == "Fn::Sub" => {
                        json!(self.substitute(text.as_str().unwrap()))
                    }
                    _ => members
                        .iter()
                        .map(|(name, member)| (name.clone(), self.resolve(member)))
                        .collect::<Map<_, _>>()
                        .into(),
                }
            }
            plain => plain.clone(),
        }
    }

    /// A parameter's default, or what a resource is called.
    fn reference(&self, name: &str) -> String {
        match name {
            "AWS::Region" => return "us-east-1".to_owned(),
            "AWS::AccountId" => return "000000000000".to_owned(),
            "AWS::Partition" => return "aws".to_owned(),
            "AWS::URLSuffix" => return "amazonaws.com".to_owned(),
            _ => {}
        }
        if let Some(default) = self.0["Parameters"][name].get("Default") {
            return default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        }
        let resource = &self.0["Resources"][name];
        let named = ["FunctionName", "QueueName", "TableName", "AlarmName", "TopicName"]
            .iter()
            .find_map(|property| resource["Properties"].get(property));
        named.map_or_else(
            // AWS gives it a name.
            || format!("({})", resource["Type"].as_str().unwrap_or("nothing")),
            |named| self.resolve(named).as_str().unwrap().to_owned(),
        )
    }

    /// The name that an attribute holds, or is the last part of.
    fn attribute(&self, path: &str) -> String {
        let (resource, attribute) = path.split_once('.').unwrap();
        assert!(["Arn", "QueueName"].contains(&attribute), "{path}");
        self.reference(resource)
    }

    fn substitute(&self, pattern: &str) -> String {
        let mut text = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, tail) = after.split_once('}').unwrap();
            text.push_str(before);
            text.push_str(&if name.contains('.') {
                self.attribute(name)
            } else {
                self.reference(name)
            });
            rest = tail;
        }
        text + rest
    }
}

fn from_yaml(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Boolean(truth)) => json!(truth),
        Yaml::Value(Scalar::Integer(number)) => json!(number),
        Yaml::Value(Scalar::FloatingPoint(number)) => json!(number.into_inner()),
        Yaml::Value(Scalar::String(text)) => json!(text),
        Yaml::Sequence(items) => items.iter().map(from_yaml).collect(),
        Yaml::Mapping(members) => {
            let members = members.iter();
            let members =
                members.map(|(key, value)| (key.as_str().unwrap().to_owned(), from_yaml(value)));
            members.collect::<Map<_, _>>().into()
        }
        Yaml::Tagged(tag, value) => {
            let call = match tag.suffix.as_str() {
                "Ref" => "Ref".to_owned(),
                name => format!("Fn::{name}"),
            };
            json!({ call: from_yaml(value) })
        }
        other => {
            assert!(matches!(other, Yaml::Value(Scalar::Null)), "{other:?}");
            Value::Null
        }
    }
}

/// A metric as an alarm or a widget names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Named {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) dimensions: BTreeMap<String, String>,
}
