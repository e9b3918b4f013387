//! Dates whose text does not sort as the dates do: nothing is sent, from whichever place in an item and by whichever call.
use dynacond::{AttributeType, AttributeValue, Error, Result, Store, Versioned, attr};
use dynacond_local::Local;
use serde::{Deserialize, Serialize};

use super::super::s;

/// Asserts that the call was refused for its date.
#[track_caller]
fn refused<T>(what: &str, result: Result<T>) {
    let Err(error) = result else {
        panic!("{what}: it was sent");
    };
    let text = error.to_string();
    assert!(
        text.contains("in the years 0 to 9999 only"),
        "{what}: {text}"
    );
    let is_typed = matches!(
        error,
        Error::Encode { .. } | Error::Invalid(_) | Error::Expression(_)
    );
    assert!(is_typed, "{what}: {error:?}");
}

/// The stories of one crate: its type of a date, a usual date, the first and the last date that sort, and dates that do not.
macro_rules! dates {
    ($crate_name:ident, $date:ty, $usual:expr, [$first:expr, $last:expr], $outside:expr) => {
        mod $crate_name {
            use super::*;

            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
            struct Day($date);

            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
            #[dynacond(
                table = "shifts",
                index(
                    ByHoliday,
                    name = "by-holiday",
                    partition_key(worker),
                    sort_key(holiday)
                ),
                index(
                    ByReview,
                    name = "by-review",
                    partition_key(name = "review_pk", value = "review#{review}#{worker}")
                )
            )]
            struct Shift {
                #[dynacond(partition_key)]
                worker: String,
                #[dynacond(sort_key)]
                day: $date,
                holiday: $date,
                review: $date,
                seen: $date,
                paid: Day,
                #[serde(skip_serializing_if = "Option::is_none")]
                left: Option<$date>,
                breaks: Vec<$date>,
            }

            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
            #[dynacond(
                table = "plans",
                partition_key(name = "pk", value = "plan#{day}"),
                sort_key(name = "sk", value = "of#{until}")
            )]
            struct Plan {
                #[dynacond(in_key)]
                day: $date,
                until: Day,
            }

            fn shift(date: $date) -> Shift {
                Shift {
                    worker: "w1".to_owned(),
                    day: date,
                    holiday: date,
                    review: date,
                    seen: date,
                    paid: Day(date),
                    left: Some(date),
                    breaks: vec![date],
                }
            }

            async fn shifts() -> (Local, Store) {
                let local = Local::new();
                let store = Store::new(local.client());
                dynacond_local::create_table::<Shift>(&store).await.unwrap();
                dynacond_local::create_table::<Plan>(&store).await.unwrap();
                local.clear_log();
                (local, store)
            }

            #[tokio::test]
            async fn of_every_year_that_sorts_are_stored_and_found() {
                let (_, store) = shifts().await;
                for date in [$first, $usual, $last] {
                    store.create(shift(date)).send().await.unwrap();
                }
                let query = store.query(Shift::partition("w1"));
                let query = query.sort_key(|k| k.day.between($first, $last));
                let days: Vec<_> = query.all().send().await.unwrap();
                let days: Vec<_> = days.iter().map(|shift| shift.day).collect();
                assert_eq!(days, [$first, $usual, $last]);
            }

            #[tokio::test]
            async fn that_do_not_sort_are_not_written() {
                let set: [(&str, fn(&mut Shift, $date)); 7] = [
                    ("holiday", |shift, date| shift.holiday = date),
                    ("review", |shift, date| shift.review = date),
                    ("seen", |shift, date| shift.seen = date),
                    ("paid", |shift, date| shift.paid = Day(date)),
                    ("left", |shift, date| shift.left = Some(date)),
                    ("breaks", |shift, date| shift.breaks.push(date)),
                    ("day", |shift, date| shift.day = date),
                ];
                for date in $outside {
                    for (place, set) in set {
                        let (local, store) = shifts().await;
                        let stored = store.create(shift($usual)).send().await.unwrap();
                        local.clear_log();
                        let mut wrong = shift($usual);
                        set(&mut wrong, date);
                        let what = |verb: &str| format!("{verb} with {place} {date:?}");
                        let create = store.create(wrong.clone());
                        refused(&what("create"), create.send().await);
                        let put = store.put(wrong.clone()).unconditional();
                        refused(&what("put"), put.send().await);
                        let replace = store.replace(wrong.clone()).unconditional();
                        refused(&what("replace"), replace.send().await);
                        let write = store.transact_write((store.create(wrong.clone()),));
                        refused(&what("transact_write"), write.send().await);
                        let run = store.transact(|tx| tx.create(wrong.clone()));
                        refused(&what("transact"), run.send().await);
                        let import = store.import([wrong.clone()]).overwriting().send().await;
                        refused(
                            &what("import"),
                            import.map_err(|mut unwritten| unwritten.items.remove(0).error),
                        );
                        // The key of a stored item cannot be changed at all.
                        if place != "day" {
                            let mut changed = stored;
                            set(&mut changed, date);
                            refused(&what("save"), store.save(changed).send().await);
                        }
                        assert!(local.operations().is_empty(), "{place} {date:?}");
                    }
                }
            }

            #[tokio::test]
            async fn that_do_not_sort_are_not_in_expressions_and_keys() {
                let (local, store) = shifts().await;
                for date in $outside {
                    let text: AttributeValue = serde_dynamo::to_attribute_value(date).unwrap();
                    refused("get", store.get(Shift::key(("w1", date))).send().await);
                    refused(
                        "get",
                        store.get(Plan::key((date, Day($usual)))).send().await,
                    );
                    refused(
                        "get",
                        store.get(Plan::key(($usual, Day(date)))).send().await,
                    );
                    let of = || store.query(Shift::partition("w1"));
                    let query = of().sort_key(|k| k.day.ge(date)).all();
                    refused("a range", query.send().await);
                    let query = of().sort_key(|k| k.day.eq(date)).first();
                    refused("a sort key", query.send().await);
                    let query = of().filter(|shift| shift.seen.lt(date)).all();
                    refused("a filter", query.send().await);
                    let query = of().filter(|shift| shift.paid.lt(Day(date))).all();
                    refused("a filter on a newtype", query.send().await);
                    let query = store.query(Plan::partition(date)).all();
                    refused("a partition", query.send().await);
                    let query = store.query(ByReview::partition((date, "w1"))).all();
                    refused("the partition of an index", query.send().await);
                    let query = store.query(ByHoliday::partition("w1"));
                    let query = query.sort_key(|k| k.holiday.lt(date)).all();
                    refused("a range of an index", query.send().await);
                    let update = || store.update(Shift::key(("w1", $usual)));
                    refused(
                        "set",
                        update().set(|shift| shift.seen.to(date)).send().await,
                    );
                    let set = update().set(|_| attr("seen").to(text.clone()));
                    refused("set untyped", set.send().await);
                    let append = update().set(|shift| shift.breaks.append([date]));
                    refused("append", append.send().await);
                }
                assert!(local.operations().is_empty());
            }

            /// An older writer may have stored one. Nothing is hidden, and a save says which attribute has to be changed.
            #[tokio::test]
            async fn that_do_not_sort_are_still_read() {
                let usual = || Shift::key(("w1", $usual));
                let set: [(&str, fn(&mut Shift, $date)); 2] = [
                    ("seen", |shift, date| shift.seen = date),
                    // An index template takes this one.
                    ("review", |shift, date| shift.review = date),
                ];
                for date in $outside {
                    for (place, set) in set {
                        let (local, store) = shifts().await;
                        store.create(shift($usual)).send().await.unwrap();
                        let text = serde_dynamo::to_attribute_value(date).unwrap();
                        let update = local.client().update_item().table_name("shifts");
                        let update = update
                            .set_key(Some(usual().raw().to_item()))
                            .update_expression(format!("SET {place} = :date"))
                            .expression_attribute_values(":date", text);
                        update.send().await.unwrap();
                        let mut stored = store.get(usual()).send().await.unwrap().unwrap();
                        let mut expected = shift($usual);
                        set(&mut expected, date);
                        assert_eq!(*stored, expected);
                        stored.left = None;
                        let error = store.save(stored.clone()).send().await.unwrap_err();
                        let text = format!("{place} is a date");
                        assert!(error.to_string().contains(&text), "{error}");
                        set(&mut stored, $usual);
                        store.save(stored).send().await.unwrap();
                    }
                }
            }
        }
    };
}

dates!(
    of_chrono,
    chrono::NaiveDate,
    chrono::NaiveDate::from_ymd_opt(2026, 11, 29).unwrap(),
    [
        chrono::NaiveDate::from_ymd_opt(0, 1, 1).unwrap(),
        chrono::NaiveDate::from_ymd_opt(9_999, 12, 31).unwrap()
    ],
    [
        chrono::NaiveDate::MIN,
        chrono::NaiveDate::from_ymd_opt(-1, 12, 31).unwrap(),
        chrono::NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap(),
        chrono::NaiveDate::MAX
    ]
);

dates!(
    of_time,
    time::Date,
    time::Date::from_calendar_date(2026, time::Month::November, 29).unwrap(),
    [
        time::Date::from_calendar_date(0, time::Month::January, 1).unwrap(),
        time::Date::from_calendar_date(9_999, time::Month::December, 31).unwrap()
    ],
    [
        time::Date::MIN,
        time::Date::from_calendar_date(-1, time::Month::December, 31).unwrap()
    ]
);

dates!(
    of_jiff,
    jiff::civil::Date,
    jiff::civil::date(2026, 11, 29),
    [jiff::civil::date(0, 1, 1), jiff::civil::date(9_999, 12, 31)],
    [jiff::civil::Date::MIN, jiff::civil::date(-1, 12, 31)]
);

#[test]
fn nothing_else_is_taken_for_a_date() {
    let verify = <chrono::NaiveDate as AttributeType>::verify;
    assert!(verify(&s("2026-11-29")).is_ok());
    assert!(verify(&s("soon")).is_err());
    assert!(verify(&AttributeValue::N("20261129".to_owned())).is_err());
    // Of an `Option` that is there as NULL.
    assert!(verify(&AttributeValue::Null(true)).is_ok());
}
