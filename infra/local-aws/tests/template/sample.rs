//! A template with one of everything, and what reads it.

use mirt_local_aws::template::{Surroundings, Template, TemplateError};

pub(crate) const SAMPLE: &str = r#"
Parameters:
  Stage: { Type: String, Default: test }
  Greeting: { Type: String, Default: hello }
Globals:
  Function:
    Handler: bootstrap
    Timeout: 5
    Environment: { Variables: { SHARED: everywhere, OVERRIDDEN: global } }
Resources:
  Api: { Type: AWS::Serverless::HttpApi }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub shop-${Stage}
      AttributeDefinitions:
        - { AttributeName: pk, AttributeType: S }
        - { AttributeName: at, AttributeType: N }
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      GlobalSecondaryIndexes:
        - IndexName: due
          KeySchema:
            - { AttributeName: pk, KeyType: HASH }
            - { AttributeName: at, KeyType: RANGE }
          Projection: { ProjectionType: KEYS_ONLY }
      TimeToLiveSpecification: { AttributeName: ttl, Enabled: true }
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: work.fifo
      FifoQueue: true
      ContentBasedDeduplication: false
      DeduplicationScope: messageGroup
      FifoThroughputLimit: perMessageGroupId
      VisibilityTimeout: 60
      RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 }
  Dead:
    Type: AWS::SQS::Queue
    Properties: { QueueName: dead.fifo, FifoQueue: true }
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub shop-${Stage}-worker
      CodeUri: functions/worker
      MemorySize: 256
      ReservedConcurrentExecutions: 4
      Role: !GetAtt Role.Arn
      Environment:
        Variables:
          OVERRIDDEN: here
          TABLE: !Ref Table
          QUEUE: !Ref Queue
          QUEUE_ARN: { "Fn::GetAtt": [Queue, Arn] }
          LONG: { "Fn::Sub": "${Greeting} from ${Table} in ${AWS::Region}, ${!kept}" }
          JOINED: !Join [":", [a, !Ref Greeting, 3]]
          ATTRIBUTE: !Sub "${Dead.QueueName}"
      Events:
        Call: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: post, Path: /call } }
        Look: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: GET, Path: /call } }
        Work:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            BatchSize: 7
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: { MaximumConcurrency: 12 }
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: work
          PolicyDocument:
            Statement:
              - Sid: Read
                Effect: Allow
                Action: [dynamodb:Query, dynamodb:GetItem]
                Resource: [!GetAtt Table.Arn, !Sub "${Table.Arn}/index/due"]
                Condition: { "ForAllValues:StringLike": { dynamodb:LeadingKeys: ["W#*"] } }
              - { Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Dead.Arn }
"#;

pub(crate) fn surroundings() -> Surroundings {
    Surroundings { endpoint: "http://127.0.0.1:4566".to_owned(), ..Surroundings::default() }
}

pub(crate) fn parse(text: &str) -> Result<Template, TemplateError> {
    Template::parse(text, &surroundings())
}
