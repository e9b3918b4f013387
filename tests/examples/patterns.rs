//! The examples of single patterns: what each is told, and that it holds under rivals and faults.
use dynacond::{Store, Versioned as _};
use dynacond_local::{Fault, Local, create_table};

use super::lease::{self, Told, Worker};
use super::stored;

fn database() -> Local {
    Local::from_env().expect("an endpoint")
}

/// What may become of a request on a bad day.
fn faults() -> [Fault; 6] {
    [
        Fault::LoseRequest,
        Fault::LoseAnswer,
        Fault::DeliverAfter(4),
        Fault::Status500Before,
        Fault::Status500After,
        Fault::Throttle,
    ]
}

#[tokio::test]
async fn the_lease_of_a_dead_worker_is_taken_over_by_one_other() {
    use Told::{Dead, Holds, Lost, Waits};
    let local = database();
    let (timeline, [told, by_hand]) = twice!(lease::run(&local));
    // The others saw Ana's last heartbeat in second 2, and the lease lasts three seconds.
    let expected = [
        [[Holds, Waits, Waits]; 3].as_slice(),
        &[[Dead, Waits, Waits]; 2],
        &[[Dead, Holds, Waits]; 2],
        &[[Lost, Holds, Waits]],
        &[[Waits, Holds, Waits]; 2],
    ];
    assert_eq!(timeline, expected.concat());
    assert_eq!((told, by_hand), (Holds, Lost), "a lost answer");
}

#[tokio::test(start_paused = true)]
async fn two_workers_never_hold_a_lease_at_once() {
    let local = database();
    let store = Store::new(local.client());
    create_table::<lease::Lease>(&store).await.expect("a table");
    let quiet = Store::new(local.quiet_client());
    let mut taken_over = 0;
    for seed in 0..8 {
        let key = lease::Lease::key("report");
        quiet
            .delete(&key)
            .unconditional()
            .send()
            .await
            .expect("no lease");
        local.clear_faults();
        local.random(seed, 0.3, faults());
        let mut workers = ["ana", "ben", "cleo"].map(|name| Worker::new(name, store.clone()));
        let mut random = fastrand::Rng::with_seed(seed);
        for now in 0..40 {
            for i in 0..3 {
                // A pause, for example of the process.
                if random.u8(..) < 64 {
                    continue;
                }
                let told = workers[i]
                    .tick(now)
                    .await
                    .expect("a seed without a broken set-up");
                let holders = workers.iter().filter(|worker| worker.may_work(now)).count();
                assert!(holders <= 1, "seed {seed}, second {now}");
                if told == Told::Lost {
                    // A worker that is told so has truly lost it, whatever answers were lost before.
                    let owner = stored(&quiet, &key).await.owner.clone();
                    assert_ne!(owner, workers[i].name, "seed {seed}, second {now}");
                    taken_over += 1;
                }
            }
        }
    }
    assert!(taken_over > 0, "the workers disturb each other");
}
