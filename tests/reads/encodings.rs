//! Sort keys that a `with` module writes: a bound is compared in the form in which the key is stored.
use chrono::{DateTime, TimeDelta, Utc};
use dynacond::{Stored, Versioned};
use dynacond_local::create_table;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::support::watched;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(
    table = "ledger",
    partition_key(name = "pk", value = "account#{account}"),
    sort_key(name = "sk", value = "posting#{at}#{id}"),
    index(ByTime, name = "by-time", partition_key(account), sort_key(at)),
    index(
        ByExpiry,
        name = "by-expiry",
        partition_key(account),
        sort_key(expires)
    ),
    index(ByMillis, name = "by-millis", partition_key(account), sort_key(seen)),
    index(ByAmount, name = "by-amount", partition_key(account), sort_key(amount)),
    index(ByDigest, name = "by-digest", partition_key(account), sort_key(digest))
)]
#[expect(
    clippy::duplicated_attributes,
    reason = "all indexes have the same partition key"
)]
struct Posting {
    account: String,
    id: String,
    #[serde(with = "dynacond::sortable_time")]
    at: DateTime<Utc>,
    #[serde(with = "dynacond::epoch_seconds")]
    expires: DateTime<Utc>,
    #[serde(with = "dynacond::epoch_millis")]
    seen: DateTime<Utc>,
    #[serde(with = "dynacond::exact_number")]
    amount: Decimal,
    #[serde(with = "serde_bytes")]
    digest: Vec<u8>,
}

fn time(n: u8) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-11-29T04:00:00Z".parse().expect("a time");
    first + TimeDelta::milliseconds(250 * i64::from(n))
}

fn second(n: u8) -> DateTime<Utc> {
    time(4 * n)
}

fn amount(n: u8) -> Decimal {
    // 9.5 comes before 10.5, which a comparison as text would deny.
    Decimal::new(i64::from(n) * 10 + 75, 1)
}

fn digest(n: u8) -> Vec<u8> {
    vec![n, 0xff]
}

/// The places, among four postings, that a query finds.
macro_rules! found {
    ($store:expr, $partition:expr, |$k:ident| $condition:expr) => {{
        let query = $store.query($partition).sort_key(|$k| $condition);
        let found: Vec<Stored<Posting>> = query.all().send().await.expect("an answer");
        found
            .iter()
            .map(|posting| posting.digest[0])
            .collect::<Vec<u8>>()
    }};
}

/// Each comparison of a sort key with the value of the second posting.
macro_rules! compared {
    ($store:expr, $partition:expr, $field:ident, $value:expr) => {{
        let what = stringify!($partition);
        assert_eq!(
            found!($store, $partition, |k| k.$field.eq($value(1))),
            [1],
            "{what} eq"
        );
        assert_eq!(
            found!($store, $partition, |k| k.$field.lt($value(1))),
            [0],
            "{what} lt"
        );
        assert_eq!(
            found!($store, $partition, |k| k.$field.le($value(1))),
            [0, 1],
            "{what} le"
        );
        assert_eq!(
            found!($store, $partition, |k| k.$field.gt($value(1))),
            [2, 3],
            "{what} gt"
        );
        assert_eq!(
            found!($store, $partition, |k| k.$field.ge($value(1))),
            [1, 2, 3],
            "{what} ge"
        );
        let between = found!($store, $partition, |k| k
            .$field
            .between($value(1), $value(2)));
        assert_eq!(between, [1, 2], "{what} between");
    }};
}

#[tokio::test]
async fn a_bound_of_a_sort_key_is_written_as_the_key_is() {
    let shop = watched().await;
    create_table::<Posting>(&shop.quiet).await.expect("a table");
    for n in 0..4 {
        let posting = Posting {
            account: "a1".into(),
            id: format!("r{n}"),
            at: time(n),
            expires: second(n),
            seen: time(n),
            amount: amount(n),
            digest: digest(n),
        };
        shop.quiet.create(posting).send().await.expect("a posting");
    }
    let store = &shop.store;
    compared!(store, Posting::partition("a1"), at, time);
    compared!(store, ByTime::partition("a1"), at, time);
    compared!(store, ByExpiry::partition("a1"), expires, second);
    compared!(store, ByMillis::partition("a1"), seen, time);
    compared!(store, ByAmount::partition("a1"), amount, amount);
    compared!(store, ByDigest::partition("a1"), digest, digest);
}
