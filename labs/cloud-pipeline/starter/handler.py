"""The function: takes a batch of messages, and says which of them have to come again."""


def handler(event, context):
    """`event`: {"Records": [{"messageId", "body"}]}. Gives {"batchItemFailures": [{"itemIdentifier": messageId}]}."""
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in event["Records"]]}
