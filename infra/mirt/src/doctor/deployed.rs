//! What there should be: the template that this program was built with, resolved as it was deployed.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
};
use mirt_local_aws::{
    site::Site,
    template::{Surroundings, Template, TemplateError},
};

use crate::{
    outcome::OperatorError,
    place::Place,
    up::{Running, TEMPLATE, template_of},
};

/// Why it is not known what should be there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeployedError {
    #[error("the template of this program cannot be read")]
    Template(#[from] TemplateError),
    #[error("the running mirt says nothing of itself; start it again with this program")]
    Running(#[source] std::io::Error),
    #[error(
        "CloudFormation tells nothing of the stack {stack} ({reason}); check --stack, --profile, the \
         region, and that the profile may cloudformation:DescribeStacks"
    )]
    Stack { stack: String, reason: String },
}

/// What there should be.
pub(crate) struct Deployed {
    /// Tables, queues and schedules.
    pub(super) template: Template,
    /// What each function is started with, by its short name.
    pub(crate) functions: BTreeMap<String, BTreeMap<String, String>>,
    /// Where the API is.
    pub(super) origin: Option<String>,
    /// The stack, where it is one of AWS.
    pub(super) stack: Option<Stack>,
}

/// A stack as CloudFormation tells it.
pub(super) struct Stack {
    pub(super) client: Client,
    /// What became of the last change of it.
    pub(super) status: String,
    /// Parameters that it has and the template of this program has not.
    pub(super) unknown: Vec<String>,
}

impl Deployed {
    /// Asks CloudFormation for the stack's parameters and resolves the template with them; on this
    /// machine the running system says itself.
    ///
    /// # Errors
    /// When neither can be had: without them nothing can be checked.
    pub(crate) async fn read(place: &Place) -> Result<Self, OperatorError> {
        match &place.data {
            Some(data) => {
                let running = Running::read(data).map_err(DeployedError::Running)?;
                let template = template_of(place.stack.stage()).map_err(DeployedError::Template)?;
                let (origin, functions) = (Some(running.origin), running.functions);
                Ok(Self { template, functions, origin, stack: None })
            }
            None => Ok(Self::of_stack(place).await?),
        }
    }

    async fn of_stack(place: &Place) -> Result<Self, DeployedError> {
        let client = Client::new(&place.config);
        let name = place.stack.to_string();
        let missing = |reason| DeployedError::Stack { stack: name.clone(), reason };
        let answer = client.describe_stacks().stack_name(&name).send().await;
        let answer = answer.map_err(|error| missing(reason(&error)))?;
        let stack =
            answer.stacks().first().ok_or_else(|| missing("none of that name".to_owned()))?;
        let mut parameters: BTreeMap<String, String> = stack
            .parameters()
            .iter()
            .filter_map(|it| {
                Some((it.parameter_key()?.to_owned(), it.parameter_value()?.to_owned()))
            })
            .collect();
        let region = place.config.region().map(ToString::to_string).unwrap_or_default();
        // arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID
        let account = stack.stack_id().and_then(|arn| arn.split(':').nth(4)).unwrap_or_default();
        let mut unknown = Vec::new();
        let template = loop {
            let surroundings = Surroundings {
                site: Site { region: region.clone(), account: account.to_owned() },
                parameters: parameters.clone(),
                endpoint: format!("https://sqs.{region}.amazonaws.com"),
            };
            match Template::parse(TEMPLATE, &surroundings) {
                Err(TemplateError::UnknownParameter(name)) => {
                    parameters.remove(&name);
                    unknown.push(name);
                }
                other => break other?,
            }
        };
        let health = stack.outputs().iter().find(|it| it.output_key() == Some("HealthUrl"));
        let origin = health.and_then(|it| it.output_value()?.strip_suffix("/health"));
        let functions = template
            .functions
            .iter()
            .map(|function| (function.spec.name.clone(), function.environment.clone()))
            .collect();
        let status = stack.stack_status().map_or("unknown", |it| it.as_str()).to_owned();
        Ok(Self {
            functions,
            origin: origin.map(str::to_owned),
            stack: Some(Stack { client: client.clone(), status, unknown }),
            template,
        })
    }

    /// A setting of a function; an empty one counts as missing.
    pub(super) fn setting(&self, function: &str, name: &str) -> Option<&str> {
        let value = self.functions.get(function)?.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }
}

/// Why CloudFormation did not do something, in its own words: none of them are anybody's.
pub(super) fn reason<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    let told = error.as_service_error().and_then(|it| it.message().or(it.code()));
    told.unwrap_or("no answer").to_owned()
}
