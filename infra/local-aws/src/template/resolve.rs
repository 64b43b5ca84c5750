//! The values of parameters, references and CloudFormation's functions.

use std::collections::BTreeMap;

use super::{
    Surroundings,
    error::TemplateError,
    yaml::{Node, Value},
};

/// How deep names may refer to one another before it is called a circle.
const MAX_DEPTH: usize = 16;

/// What stands for nothing.
const NO_VALUE: &str = "AWS::NoValue";

/// The template as a whole, for what its parts refer to.
pub(super) struct Resolver<'t> {
    surroundings: &'t Surroundings,
    parameters: BTreeMap<&'t str, String>,
    conditions: BTreeMap<&'t str, &'t Node>,
    resources: BTreeMap<&'t str, &'t Node>,
}

/// A place in the template where values are read.
#[derive(Clone, Copy)]
pub(super) struct Scope<'r, 't> {
    resolver: &'r Resolver<'t>,
    /// The logical id that errors name.
    pub(super) place: &'r str,
    depth: usize,
}

impl<'t> Resolver<'t> {
    pub(super) fn new(
        template: &'t Node,
        surroundings: &'t Surroundings,
    ) -> Result<Self, TemplateError> {
        let declared = members_of(template, "Parameters");
        let mut parameters = BTreeMap::new();
        for (name, parameter) in declared {
            let default = parameter.get("Default").map(|node| &node.value);
            let value = match (surroundings.parameters.get(name), default) {
                (Some(given), _) => given.clone(),
                (None, Some(Value::Text(default))) => default.clone(),
                (None, _) => {
                    let problem = "the parameter has neither a default nor a value";
                    return Err(TemplateError::at(parameter, name, problem));
                }
            };
            parameters.insert(name.as_str(), value);
        }
        if let Some(unknown) =
            surroundings.parameters.keys().find(|name| !parameters.contains_key(name.as_str()))
        {
            return Err(TemplateError::UnknownParameter(unknown.clone()));
        }
        let named = |section| {
            let members = members_of(template, section).iter();
            members.map(|(name, node)| (name.as_str(), node)).collect()
        };
        let (conditions, resources) = (named("Conditions"), named("Resources"));
        Ok(Self { surroundings, parameters, conditions, resources })
    }

    pub(super) fn scope<'r>(&'r self, place: &'r str) -> Scope<'r, 't> {
        Scope { resolver: self, place, depth: 0 }
    }

    /// The resources of one type, with their logical ids.
    pub(super) fn of_type<'r>(
        &'r self,
        kind: &'r str,
    ) -> impl Iterator<Item = (&'t str, &'t Node)> {
        self.resources
            .iter()
            .filter(move |(_, resource)| type_of(resource) == kind)
            .map(|(name, resource)| (*name, *resource))
    }

    /// The logical id that a `!Ref x` or `!GetAtt x.y` names, if it is a resource of this type.
    pub(super) fn referred<'n>(&self, node: &'n Node, kind: &str) -> Option<&'n str> {
        let Value::Call(_, argument) = &node.value else { return None };
        let name = match &argument.value {
            Value::Text(name) => name.as_str(),
            Value::List(parts) => match parts.first().map(|part| &part.value) {
                Some(Value::Text(name)) => name.as_str(),
                _ => return None,
            },
            _ => return None,
        };
        (type_of(self.resources.get(name)?) == kind).then_some(name)
    }
}

impl<'r, 't> Scope<'r, 't> {
    pub(super) fn error(&self, node: &Node, problem: impl Into<String>) -> TemplateError {
        TemplateError::at(node, self.place, problem)
    }

    /// The value of `node` as text.
    pub(super) fn text(self, node: &Node) -> Result<String, TemplateError> {
        match &node.value {
            Value::Text(text) => Ok(text.clone()),
            Value::Call(function, argument) => self.call(function, argument),
            Value::Nothing | Value::List(_) | Value::Map(_) => {
                Err(self.error(node, "one value is expected here"))
            }
        }
    }

    /// The value of `node` as a number within `range`.
    pub(super) fn number(
        self,
        node: &Node,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<u32, TemplateError> {
        let text = self.text(node)?;
        text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            let (low, high) = range.into_inner();
            self.error(node, format!("a number from {low} to {high} is expected, not {text}"))
        })
    }

    fn call(mut self, function: &str, argument: &Node) -> Result<String, TemplateError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(argument, "the names refer to one another in a circle"));
        }
        match (function, &argument.value) {
            ("Ref", Value::Text(name)) => self.reference(argument, name),
            ("Fn::GetAtt", Value::List(parts)) => match parts.as_slice() {
                [resource, attribute] => {
                    let (resource, attribute) = (self.text(resource)?, self.text(attribute)?);
                    self.attribute(argument, &resource, &attribute)
                }
                _ => Err(self.error(argument, "GetAtt takes a resource and an attribute")),
            },
            ("Fn::Sub", Value::Text(pattern)) => self.substituted(argument, pattern),
            ("Fn::Join", Value::List(parts)) => match parts.as_slice() {
                [between, list] => {
                    let between = self.text(between)?;
                    let items: Result<Vec<_>, _> =
                        list.items().iter().map(|item| self.text(item)).collect();
                    Ok(items?.join(&between))
                }
                _ => Err(self.error(argument, "Join takes a delimiter and a list")),
            },
            ("Fn::If", _) => match self.branch(argument)? {
                Some(chosen) => self.text(chosen),
                None => Err(self.error(argument, "one value is expected here")),
            },
            _ => {
                Err(self.error(argument, format!("the local run cannot evaluate this {function}")))
            }
        }
    }

    /// What stands in the place of `node`: itself, or the branch of an `If`; `None` where that is
    /// `AWS::NoValue`.
    pub(super) fn chosen(self, node: &Node) -> Result<Option<&Node>, TemplateError> {
        match &node.value {
            Value::Call(function, argument) if function == "Fn::If" => self.branch(argument),
            _ => Ok(Some(node)),
        }
    }

    fn branch(self, argument: &Node) -> Result<Option<&Node>, TemplateError> {
        let [Node { value: Value::Text(name), .. }, then, otherwise] = argument.items() else {
            return Err(self.error(argument, "If takes a condition and two values"));
        };
        let chosen = if self.condition(argument, name)? { then } else { otherwise };
        let is_nothing = matches!(&chosen.value, Value::Call(function, name)
            if function == "Ref" && matches!(&name.value, Value::Text(name) if name == NO_VALUE));
        Ok((!is_nothing).then_some(chosen))
    }

    /// Whether a condition of the template holds.
    fn condition(self, node: &Node, name: &str) -> Result<bool, TemplateError> {
        let condition = self.resolver.conditions.get(name);
        let condition = condition.ok_or_else(|| self.error(node, "there is no such condition"))?;
        match &condition.value {
            Value::Call(function, argument) if function == "Fn::Equals" => match argument.items() {
                [one, other] => Ok(self.text(one)? == self.text(other)?),
                _ => Err(self.error(argument, "Equals takes two values")),
            },
            _ => Err(self.error(condition, "the local run takes conditions that are one Equals")),
        }
    }

    fn reference(self, node: &Node, name: &str) -> Result<String, TemplateError> {
        let site = &self.resolver.surroundings.site;
        if let Some(value) = self.resolver.parameters.get(name) {
            return Ok(value.clone());
        }
        match name {
            "AWS::Region" => return Ok(site.region.clone()),
            "AWS::AccountId" => return Ok(site.account.clone()),
            "AWS::Partition" => return Ok("aws".to_owned()),
            "AWS::URLSuffix" => return Ok("amazonaws.com".to_owned()),
            "AWS::StackName" => return Ok("local".to_owned()),
            _ => {}
        }
        let resource = self.resource(node, name)?;
        match type_of(resource) {
            "AWS::SQS::Queue" => {
                let queue = self.property(node, resource, "QueueName")?;
                let origin = &self.resolver.surroundings.endpoint;
                Ok(format!("{origin}/{}/{queue}", site.account))
            }
            "AWS::DynamoDB::Table" => self.property(node, resource, "TableName"),
            "AWS::Serverless::Function" => self.property(node, resource, "FunctionName"),
            "AWS::Logs::LogGroup" => self.property(node, resource, "LogGroupName"),
            // AWS gives it an id of its own choice.
            "AWS::Serverless::HttpApi" => Ok(name.to_lowercase()),
            kind => Err(self.error(node, format!("the local run cannot refer to an {kind}"))),
        }
    }

    fn attribute(self, node: &Node, name: &str, attribute: &str) -> Result<String, TemplateError> {
        let site = &self.resolver.surroundings.site;
        let resource = self.resource(node, name)?;
        let named = |property| self.property(node, resource, property);
        match (type_of(resource), attribute) {
            ("AWS::SQS::Queue", "Arn") => Ok(site.arn("sqs", &named("QueueName")?)),
            ("AWS::SQS::Queue", "QueueName") => named("QueueName"),
            ("AWS::SQS::Queue", "QueueUrl") => self.reference(node, name),
            ("AWS::DynamoDB::Table", "Arn") => {
                Ok(site.arn("dynamodb", &format!("table/{}", named("TableName")?)))
            }
            ("AWS::Serverless::Function", "Arn") => {
                Ok(site.arn("lambda", &format!("function:{}", named("FunctionName")?)))
            }
            ("AWS::Logs::LogGroup", "Arn") => {
                Ok(site.arn("logs", &format!("log-group:{}:*", named("LogGroupName")?)))
            }
            (kind, _) => {
                Err(self.error(node, format!("the local run knows no {attribute} of an {kind}")))
            }
        }
    }

    fn substituted(self, node: &Node, pattern: &str) -> Result<String, TemplateError> {
        let mut text = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            text.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                return Err(self.error(node, "Sub with a ${ that is not closed"));
            };
            rest = tail;
            if let Some(literal) = name.strip_prefix('!') {
                text.push_str(&format!("${{{literal}}}"));
                continue;
            }
            text.push_str(&match name.split_once('.') {
                Some((resource, attribute)) => self.attribute(node, resource, attribute)?,
                None => self.reference(node, name)?,
            });
        }
        text.push_str(rest);
        Ok(text)
    }

    fn resource(&self, node: &Node, name: &str) -> Result<&'t Node, TemplateError> {
        self.resolver
            .resources
            .get(name)
            .copied()
            .ok_or_else(|| self.error(node, format!("there is no {name} in the template")))
    }

    fn property(
        self,
        node: &Node,
        resource: &Node,
        property: &str,
    ) -> Result<String, TemplateError> {
        let named = resource.get("Properties").and_then(|properties| properties.get(property));
        let named = named
            .ok_or_else(|| self.error(node, format!("what it refers to has no {property}")))?;
        // Counted here too: a name may be made of other names.
        let deeper = Self { depth: self.depth + 1, ..self };
        if deeper.depth > MAX_DEPTH {
            return Err(self.error(node, "the names refer to one another in a circle"));
        }
        deeper.text(named)
    }
}

fn members_of<'t>(template: &'t Node, section: &str) -> &'t [(String, Node)] {
    template.get(section).map(Node::members).unwrap_or_default()
}

/// The `Type` of a resource.
fn type_of(resource: &Node) -> &str {
    match resource.get("Type").map(|node| &node.value) {
        Some(Value::Text(kind)) => kind,
        _ => "",
    }
}
