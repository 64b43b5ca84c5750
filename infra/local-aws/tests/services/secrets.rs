//! Secrets Manager.

use aws_sdk_secretsmanager::primitives::Blob;

use crate::harness::Local;

impl Local {
    async fn create_secret(&self, name: &str, value: &str) -> String {
        let request = self.secrets().create_secret().name(name).secret_string(value);
        request.send().await.unwrap().arn.unwrap()
    }

    async fn secret(&self, id: &str) -> Option<String> {
        let value = self.secrets().get_secret_value().secret_id(id).send().await.unwrap();
        value.secret_string
    }
}

#[tokio::test]
async fn a_secret_is_read_by_its_name_and_by_its_arn() {
    let local = Local::start().await;
    let arn = local.create_secret("mirt/webhook", "token").await;

    let by_name = local.secret("mirt/webhook").await;
    let by_arn = local.secret(&arn).await;
    let by_arn_without_suffix =
        local.secret("arn:aws:secretsmanager:us-east-1:000000000000:secret:mirt/webhook").await;

    assert_eq!(by_name.as_deref(), Some("token"));
    assert_eq!(by_arn.as_deref(), Some("token"));
    assert_eq!(by_arn_without_suffix.as_deref(), Some("token"));
}

#[tokio::test]
async fn bytes_are_secrets_too() {
    let local = Local::start().await;
    let request = local.secrets().create_secret().name("key").secret_binary(Blob::new([0, 255]));
    request.send().await.unwrap();

    let read = local.secrets().get_secret_value().secret_id("key").send().await.unwrap();

    assert_eq!(read.secret_binary(), Some(&Blob::new([0, 255])));
    assert_eq!(read.secret_string(), None);
}

#[tokio::test]
async fn a_new_value_becomes_current_and_the_old_one_previous() {
    let local = Local::start().await;
    local.create_secret("key", "first").await;
    let put = local.secrets().put_secret_value().secret_id("key").secret_string("second");
    let put = put.send().await.unwrap();

    let current = local.secrets().get_secret_value().secret_id("key").send().await.unwrap();
    let previous = local.secrets().get_secret_value().secret_id("key");
    let previous = previous.version_stage("AWSPREVIOUS").send().await.unwrap();

    assert_eq!(put.version_stages(), ["AWSCURRENT"]);
    assert_eq!(current.secret_string(), Some("second"));
    assert_eq!(current.version_id(), put.version_id());
    assert_eq!(previous.secret_string(), Some("first"));
}

#[tokio::test]
async fn what_is_not_there_is_a_typed_error() {
    let local = Local::start().await;
    local.create_secret("key", "value").await;

    let secret = local.secrets().get_secret_value().secret_id("nothing").send().await;
    let stage = local.secrets().get_secret_value().secret_id("key").version_stage("AWSPREVIOUS");
    let stage = stage.send().await;

    assert!(secret.unwrap_err().into_service_error().is_resource_not_found_exception());
    assert!(stage.unwrap_err().into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn a_name_is_taken_once_but_a_repeated_request_succeeds() {
    let local = Local::start().await;
    let create = |token: &str, value: &str| {
        let request = local.secrets().create_secret().name("key").secret_string(value);
        request.client_request_token(token).send()
    };
    let token = "0d7d2c1e-0000-4000-8000-000000000001";
    let first = create(token, "value").await.unwrap();

    let repeated = create(token, "value").await.unwrap();
    let other = create("0d7d2c1e-0000-4000-8000-000000000002", "other").await;

    assert_eq!(repeated.version_id(), first.version_id());
    assert!(other.unwrap_err().into_service_error().is_resource_exists_exception());
    assert_eq!(local.secret("key").await.as_deref(), Some("value"));
}

#[tokio::test]
async fn descriptions_and_lists_tell_names_and_versions() {
    let local = Local::start().await;
    local.create_secret("b", "value").await;
    local.create_secret("a", "value").await;

    let described = local.secrets().describe_secret().secret_id("a").send().await.unwrap();
    let listed = local.secrets().list_secrets().send().await.unwrap();

    let stages: Vec<_> = described.version_ids_to_stages().unwrap().values().collect();
    assert_eq!(stages, [&["AWSCURRENT"]]);
    let names: Vec<_> = listed.secret_list().iter().map(|entry| entry.name().unwrap()).collect();
    assert_eq!(names, ["a", "b"]);
}

#[tokio::test]
async fn ensuring_a_secret_makes_a_version_only_when_the_value_changes() {
    let local = Local::start().await;
    let version = async || {
        let value = local.secrets().get_secret_value().secret_id("key").send().await.unwrap();
        (value.secret_string.unwrap(), value.version_id.unwrap())
    };
    let ensure = async |value| local.endpoint.secrets().ensure_secret("key", value).await.unwrap();

    ensure("first").await;
    let (first, first_version) = version().await;
    ensure("first").await;
    let (_, same_version) = version().await;
    ensure("second").await;
    let (second, second_version) = version().await;

    assert_eq!([first.as_str(), second.as_str()], ["first", "second"]);
    assert_eq!(first_version, same_version);
    assert_ne!(first_version, second_version);
}
