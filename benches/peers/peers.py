"""What people use in Python, on the same items: `peers.py boto3|xoto3|pynamodb modify|transfer ROUNDS`.

Started by `cargo bench -p dynacond-benches --bench processes -- --python PROGRAM`. Prints "ready", waits for a line, makes its
changes, and prints after how many milliseconds it had made all of them and how long each took.
"""
import random
import sys
import time

COUNTER, ACCOUNTS = "visits", 20


def pause(attempt):
    """Full jitter: between nothing and a bound that doubles from 50 ms to 1 s."""
    time.sleep(random.uniform(0, min(1.0, 0.05 * 2**attempt)))


def two_accounts():
    return [f"account{number}" for number in random.sample(range(ACCOUNTS), 2)]


def of_boto3():
    """Read, change, and put under the version that was read; again after a pause."""
    import boto3
    from boto3.dynamodb.types import TypeSerializer

    resource = boto3.resource("dynamodb")
    counters, accounts = resource.Table("counters"), resource.Table("accounts")
    errors = resource.meta.client.exceptions

    def guarded(item):
        version = item["item_version"]
        item["item_version"] += 1
        return dict(
            Item=item,
            ConditionExpression="item_version = :version",
            ExpressionAttributeValues={":version": version},
        )

    def modify(attempt=0):
        item = counters.get_item(Key={"id": COUNTER}, ConsistentRead=True)["Item"]
        item["count"] += 1
        try:
            counters.put_item(**guarded(item))
        except errors.ConditionalCheckFailedException:
            pause(attempt)
            modify(attempt + 1)

    def transfer():
        keys, attempt = two_accounts(), 0
        serialize = TypeSerializer().serialize

        def put(item):
            put = guarded(item)
            for name in ("Item", "ExpressionAttributeValues"):
                put[name] = {key: serialize(value) for key, value in put[name].items()}
            return {"Put": dict(put, TableName="accounts")}

        while True:
            items = [accounts.get_item(Key={"id": key}, ConsistentRead=True)["Item"] for key in keys]
            items[0]["balance"] -= 1
            items[1]["balance"] += 1
            client = plain()
            try:
                return client.transact_write_items(TransactItems=[put(item) for item in items])
            except client.exceptions.TransactionCanceledException:
                pause(attempt)
                attempt += 1

    def plain(clients=[]):
        if not clients:
            clients.append(boto3.client("dynamodb"))
        return clients[0]

    plain()
    return {"modify": modify, "transfer": transfer}, lambda: counters.get_item(Key={"id": "nobody"})


def of_xoto3():
    """`versioned_transact_write_items` with its own pauses."""
    import logging

    import xoto3.dynamodb.write_versioned as wv

    logging.disable(logging.WARNING)
    counters = wv.ItemTable("counters", item_name="Counter")
    accounts = wv.ItemTable("accounts", item_name="Account")

    def until_done(change, keys):
        while True:
            try:
                return wv.versioned_transact_write_items(change, keys)
            except wv.TransactionAttemptsOverrun:
                pass

    def modify():
        key = {"id": COUNTER}

        def change(transaction):
            item = counters.require(key)(transaction)
            item["count"] += 1
            return counters.put(item)(transaction)

        until_done(change, {"counters": [key]})

    def transfer():
        keys = [{"id": key} for key in two_accounts()]

        def change(transaction):
            source, target = (accounts.require(key)(transaction) for key in keys)
            source["balance"] -= 1
            target["balance"] += 1
            return accounts.put(target)(accounts.put(source)(transaction))

        until_done(change, {"accounts": keys})

    def warm():
        wv.versioned_transact_write_items(lambda transaction: transaction, {"counters": [{"id": "nobody"}]})

    return {"modify": modify, "transfer": transfer}, warm


def of_pynamodb():
    """A model with a `VersionAttribute`; again after a pause."""
    import os

    from pynamodb.attributes import NumberAttribute, UnicodeAttribute, VersionAttribute
    from pynamodb.connection import Connection
    from pynamodb.exceptions import PutError, TransactWriteError
    from pynamodb.models import Model
    from pynamodb.transactions import TransactWrite

    endpoint = os.environ["AWS_ENDPOINT_URL"]

    class Counter(Model):
        class Meta:
            table_name, host = "counters", endpoint

        id = UnicodeAttribute(hash_key=True)
        count = NumberAttribute()
        item_version = VersionAttribute()
        item_write_id = UnicodeAttribute(null=True)

    class Account(Model):
        class Meta:
            table_name, host = "accounts", endpoint

        id = UnicodeAttribute(hash_key=True)
        balance = NumberAttribute()
        item_version = VersionAttribute()
        item_write_id = UnicodeAttribute(null=True)

    def until_done(change, error):
        attempt = 0
        while True:
            try:
                return change()
            except error:
                pause(attempt)
                attempt += 1

    def modify():
        def change():
            item = Counter.get(COUNTER, consistent_read=True)
            item.count += 1
            item.save()

        until_done(change, PutError)

    def transfer():
        keys = two_accounts()

        def change():
            source, target = (Account.get(key, consistent_read=True) for key in keys)
            source.balance -= 1
            target.balance += 1
            with TransactWrite(connection=connection) as transaction:
                transaction.save(source)
                transaction.save(target)

        until_done(change, TransactWriteError)

    connection = Connection(host=endpoint)
    return {"modify": modify, "transfer": transfer}, lambda: (Counter.exists(), Account.exists())


def main():
    library, task, rounds = sys.argv[1:]
    tasks, warm = {"boto3": of_boto3, "xoto3": of_xoto3, "pynamodb": of_pynamodb}[library]()
    warm()
    print("ready", flush=True)
    sys.stdin.readline()
    start, took = time.monotonic(), []
    for _ in range(int(rounds)):
        began = time.monotonic()
        tasks[task]()
        took.append((time.monotonic() - began) * 1000)
    print((time.monotonic() - start) * 1000, *took)


main()
