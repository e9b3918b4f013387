//! How to test what your own code does when an answer is lost. The first three functions are the code, `under` is the test, and
//! `main` prints the results.
//!
//! `cargo run --example testing_with_faults`, always on an embedded DynamoDB, because another endpoint does not lose answers on
//! demand.
use dynacond::{AttributeValue, Error, Store, Versioned};
use dynacond_local::{Fault, Local};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize, Versioned)]
#[dynacond(table = "vouchers")]
pub struct Voucher {
    #[dynacond(partition_key)]
    pub code: String,
    pub uses: u32,
}

/// With the SDK alone, which sends a request again if there was no answer. A use is silently taken twice.
pub async fn redeem_by_hand(store: &Store) -> Result<(), Box<dyn std::error::Error>> {
    let update = store.client().update_item();
    let update = update
        .table_name(store.table_name::<Voucher>())
        .set_key(Some(Voucher::key("SPRING").raw().to_item()))
        .update_expression("SET uses = uses - :one")
        .condition_expression("uses >= :one")
        .expression_attribute_values(":one", AttributeValue::N("1".into()));
    update.send().await?;
    Ok(())
}

/// Sent once. After a lost answer, one read looks for the write id. The outcome is applied or unknown.
pub async fn redeem(store: &Store) -> Result<(), Box<dyn std::error::Error>> {
    let redeem = store.update(Voucher::key("SPRING"));
    redeem.set(|v| v.uses.subtract(1)).send().await?;
    Ok(())
}

/// Use this if "unknown" is not good enough. A transaction of one write has a token, so it is sent until it is answered, and is
/// applied once. It costs twice the write units.
pub async fn redeem_exactly_once(store: &Store) -> Result<(), Box<dyn std::error::Error>> {
    let redeem = store.update(Voucher::key("SPRING"));
    let redeem = redeem.set(|v| v.uses.subtract(1));
    store.transact_write((redeem,)).send().await?;
    Ok(())
}

/// Redeems a voucher for ten uses once, under a fault. Returns the result of the call, how many uses are left, and what was sent.
pub async fn under(
    fault: Fault,
    redeem: impl AsyncFn(&Store) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<(String, u32, Vec<String>), Box<dyn std::error::Error>> {
    let local = Local::new();
    let store = Store::new(local.client());
    dynacond_local::create_table::<Voucher>(&store).await?;
    let (code, uses) = ("SPRING".into(), 10);
    store.create(Voucher { code, uses }).send().await?;

    local.clear_log();
    local.next(fault);
    let told = match redeem(&store).await {
        Ok(()) => "redeemed".to_owned(),
        Err(error) => match error.downcast_ref::<Error>() {
            Some(error) => error.label().to_owned(),
            None => error.to_string(),
        },
    };
    let sent = local.operations();
    let voucher = store.get(Voucher::key("SPRING")).send().await?;
    Ok((told, voucher.ok_or("no voucher")?.uses, sent))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    for (fault, what) in [
        (Fault::LoseAnswer, "applied, and its answer is lost"),
        (Fault::LoseRequest, "lost on its way"),
    ] {
        println!("Of ten uses one is taken. The first request is {what}:");
        for (name, (told, left, sent)) in [
            ("by hand", under(fault.clone(), redeem_by_hand).await?),
            ("update", under(fault.clone(), redeem).await?),
            ("transact_write", under(fault, redeem_exactly_once).await?),
        ] {
            println!("  {name:<15} told: {told:<16} left: {left:<3} sent: {sent:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_last_use_is_taken_by_a_rival() {
    let rival = Fault::rival(|client| async move {
        for _ in 0..10 {
            redeem(&Store::new(client.clone())).await.unwrap();
        }
    });
    let (told, left, _) = under(rival, redeem).await.unwrap();
    assert_eq!((told.as_str(), left), ("condition_failed", 0));
}
