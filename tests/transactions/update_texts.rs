//! Update expressions as text: what is written is read back as the same actions, and what is read does what the text does.
use std::collections::HashMap;
use std::fmt::Write as _;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use dynacond::{
    Action, Error, Guard, Item, ParseError, ParseProblem, Rule, Store, Stored, Transaction,
    Versioned as _,
};
use dynacond_local::Local;
use fastrand::Rng;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

use crate::support::{Account, bank};
use crate::updates::{Document, Step, agree, document, number, steps, text, unstamped};

type Names = HashMap<String, String>;
type Values = HashMap<String, AttributeValue>;

/// The text with the names and values instead of their placeholders.
fn resolved(text: &str, names: &Names, values: &Values) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['#', ':']) {
        let (before, placeholder) = rest.split_at(at);
        let end = placeholder[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (placeholder, after) =
            placeholder.split_at(end.map_or(placeholder.len(), |end| end + 1));
        out += before;
        let known = match names.get(placeholder) {
            Some(name) => write!(out, "{name:?}"),
            None => write!(out, "{:?}", values[placeholder]),
        };
        known.expect("a text takes more text");
        rest = after;
    }
    out + rest
}

/// The names and values that a text uses.
fn used(text: &str, names: &Names, values: &Values) -> (Names, Values) {
    let words: Vec<_> = text
        .split(|c: char| !c.is_ascii_alphanumeric() && !"_#:".contains(c))
        .collect();
    let (mut names, mut values) = (names.clone(), values.clone());
    names.retain(|placeholder, _| words.contains(&placeholder.as_str()));
    values.retain(|placeholder, _| words.contains(&placeholder.as_str()));
    (names, values)
}

/// A store that is asked for previews only, and stamps one write id.
fn nowhere() -> Store {
    Store::builder(Local::new().client()).random(|| 7).build()
}

/// What an update of these actions sends: the text, its names and its values.
fn sent(
    store: &Store,
    actions: impl dynacond::operators::IntoActions<Document>,
) -> (String, Names, Values) {
    let update = store.update(Document::key("d")).set(|_| actions);
    let preview = update.preview().unwrap();
    let text = preview.update().unwrap().to_owned();
    let (names, values) = used(&text, preview.names().unwrap(), preview.values().unwrap());
    (text, names, values)
}

/// What was read, without version and write id.
fn read(text: &str, names: Names, values: Values) -> Vec<Action> {
    let mut actions = Action::parse(text, names, values).unwrap();
    actions.retain(|action| !action.to_string().starts_with("SET item_"));
    actions
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_written_is_read_back_as_the_same_actions(seed in any::<u64>()) {
        let mut rng = Rng::with_seed(seed);
        let steps = steps(&mut rng);
        let store = nowhere();
        // Some random updates take one attribute twice, and are never written.
        let update = store.update(Document::key("d")).set(|_| steps.clone());
        if update.preview().is_ok() {
            let (text, names, values) = sent(&store, steps.clone());
            let actions = read(&text, names.clone(), values.clone());
            let told: Vec<_> = actions.iter().map(ToString::to_string).collect();
            let mut expected: Vec<_> = steps.iter().map(Step::to_string).collect();
            // The sections have a fixed order.
            expected.sort_by_key(|told| ["SET", "REMOVE", "ADD", "DELETE"].map(|s| !told.starts_with(s)));
            prop_assert_eq!(told, expected);
            let again = sent(&store, actions);
            prop_assert_eq!(
                resolved(&text, &names, &values),
                resolved(&again.0, &again.1, &again.2)
            );
        }
    }

    #[test]
    fn what_is_read_does_what_the_text_does(seed in any::<u64>()) {
        let mut rng = Rng::with_seed(seed);
        let before = document(&mut rng);
        let (text, names, values) = any_text(&mut rng);
        let [by_text, by_actions, here] =
            ENGINE.with(|engine| engine.all(&before, &text, &names, &values));
        prop_assert!(
            agree(&by_text, &by_actions) && agree(&by_text, &here),
            "{text} with {values:?} on {before:?}\ntext: {by_text:?}\nread: {by_actions:?}\nhere: {here:?}"
        );
    }
}

/// A random text of the whole grammar. Each attribute is changed once.
fn any_text(rng: &mut Rng) -> (String, Names, Values) {
    let mut values = Values::new();
    let mut value = |value: AttributeValue| {
        let placeholder = format!(":v{}", values.len());
        values.insert(placeholder.clone(), value);
        placeholder
    };
    let mut sections = HashMap::<&str, Vec<String>>::new();
    let mut targets = ["n", "l", "m.a", "#s", "ss", "ns", "fresh"];
    rng.shuffle(&mut targets);
    for target in &targets[..=rng.usize(..3)] {
        let n = |rng: &mut Rng| number(["1", "2.5", "-7"][rng.usize(..3)]);
        let list = || AttributeValue::L(vec![number("8"), text("nine")]);
        let source = |rng: &mut Rng| ["n", "l[0]", "m.a", "lacking"][rng.usize(..4)];
        let term = |rng: &mut Rng, given: String| match rng.u8(..5) {
            0 => source(rng).to_owned(),
            1 => format!("if_not_exists({}, {given})", source(rng)),
            2 => format!("( {given} )"),
            3 => format!("( if_not_exists({}, {given}) )", source(rng)),
            _ => given,
        };
        let (section, said) = match rng.u8(..8) {
            0 => ("REMOVE", (*target).to_owned()),
            1 => ("add", format!("{target} {}", value(n(rng)))),
            2 => {
                let members = AttributeValue::Ns(vec!["1".into(), "4".into()]);
                (
                    ["add", "DELETE"][rng.usize(..2)],
                    format!("{target} {}", value(members)),
                )
            }
            3 | 4 => {
                let (a, b) = (value(n(rng)), value(n(rng)));
                let sign = ["+", "-", " -\n"][rng.usize(..3)];
                let a = if rng.bool() {
                    (*target).to_owned()
                } else {
                    term(rng, a)
                };
                let (open, close) = [("", ""), (" (", ")")][rng.usize(..2)];
                (
                    "Set",
                    format!("{target} = {open}{a}{sign}{}{close}", term(rng, b)),
                )
            }
            5 => {
                let given = value(list());
                let lists = |rng: &mut Rng, given: &str| match rng.u8(..3) {
                    0 => "l".to_owned(),
                    1 => format!("if_not_exists(l, {given})"),
                    _ => given.to_owned(),
                };
                let (a, b) = (lists(rng, &given), lists(rng, &given));
                ("Set", format!("{target}=list_append({a},{b})"))
            }
            _ => {
                let given = value(n(rng));
                ("Set", format!("{target} = {}", term(rng, given)))
            }
        };
        sections.entry(section).or_default().push(said);
    }
    let mut sections: Vec<_> = sections.into_iter().collect();
    rng.shuffle(&mut sections);
    let sections = sections
        .iter()
        .map(|(section, said)| format!("{section} {}", said.join(" , ")));
    let text = sections.collect::<Vec<_>>().join(" ");
    let names = Names::from([("#s".to_owned(), "s".to_owned())]);
    let (names, values) = used(&text, &names, &values);
    (text, names, values)
}

type Outcome = Result<Item, String>;

struct Engine {
    runtime: tokio::runtime::Runtime,
    store: Store,
}

thread_local! {
    static ENGINE: Engine = Engine::new();
}

impl Engine {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let local = Local::from_env().unwrap();
        let store = Store::new(local.quiet_client());
        let table = dynacond_local::create_table::<Document>(&store);
        runtime.block_on(table).unwrap();
        Self { runtime, store }
    }

    /// What the text leaves, what its actions leave, and what they leave in a transaction at hand.
    fn all(&self, before: &Item, text: &str, names: &Names, values: &Values) -> [Outcome; 3] {
        self.runtime.block_on(async {
            let actions = Action::parse(text, names.clone(), values.clone()).unwrap();
            let key = || Document::key("d");
            self.put(before).await;
            let stored = self.store.get(key()).send().await.unwrap().unwrap();
            let by_actions = self.store.update(key()).set(|_| actions.clone());
            let by_actions = match by_actions.send().await {
                Ok(stored) => Ok(unstamped(&stored)),
                Err(error) => Err(error.to_string()),
            };
            let mut tx = Transaction::default();
            tx.presume_stored(stored).unwrap();
            let here = match tx.update(key(), |_| actions) {
                Ok(()) => Ok(unstamped(&tx.require(key()).unwrap())),
                Err(error) => Err(error.to_string()),
            };
            self.put(before).await;
            let by_text = self
                .store
                .client()
                .update_item()
                .table_name(self.store.table_name::<Document>())
                .set_key(Some(key().raw().to_item()))
                .update_expression(text)
                .set_expression_attribute_names((!names.is_empty()).then(|| names.clone()))
                .set_expression_attribute_values((!values.is_empty()).then(|| values.clone()))
                .return_values(ReturnValue::AllNew);
            let by_text = match by_text.send().await {
                Ok(answer) => Ok(answer.attributes.unwrap_or_default()),
                Err(error) => Err(error.to_string()),
            };
            [by_text, by_actions, here]
        })
    }

    async fn put(&self, item: &Item) {
        let put = self.store.client().put_item();
        let put = put.table_name(self.store.table_name::<Document>());
        put.set_item(Some(item.clone())).send().await.unwrap();
    }
}

fn parsed(text: &str) -> Result<Vec<Action>, ParseError> {
    let values = Values::from([
        (":n".to_owned(), number("1")),
        (":s".to_owned(), self::text("x")),
        (":l".to_owned(), AttributeValue::L(Vec::new())),
        (":m".to_owned(), AttributeValue::Ss(vec!["a".into()])),
    ]);
    let (names, values) = used(text, &Names::from([("#p".into(), "p".into())]), &values);
    match Action::parse(text, names, values) {
        Ok(actions) => Ok(actions),
        Err(Error::Parse(error)) => Err(*error),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn each_form_is_told_as_it_was_said() {
    for (text, told) in [
        ("SET a = :n", "SET a = ?"),
        ("set #p.b[0] = c", "SET p.b[0] = c"),
        (
            "SET a = if_not_exists(a, :n)",
            "SET a = if_not_exists(a, ?)",
        ),
        ("SET a = if_not_exists(b, c)", "SET a = if_not_exists(b, c)"),
        ("SET a=a+:n", "SET a = a + ?"),
        // A sum is the same from either side.
        ("SET a = :n + a", "SET a = a + ?"),
        ("SET a = b + a", "SET a = a + b"),
        (
            "SET a = if_not_exists(a, :n) - b",
            "SET a = if_not_exists(a, ?) - b",
        ),
        (
            "SET a = :n + if_not_exists(a, b)",
            "SET a = if_not_exists(a, b) + ?",
        ),
        // Parentheses around a term or a sum, as in the grammar of Amazon's client, are read and not written.
        ("SET a = (a + :n)", "SET a = a + ?"),
        ("SET a = ((a) + (:n))", "SET a = a + ?"),
        ("SET a = (b) - (:n)", "SET a = b - ?"),
        ("SET a = (b)", "SET a = b"),
        (
            "SET a = (if_not_exists(a, (:n)))",
            "SET a = if_not_exists(a, ?)",
        ),
        (
            "SET a = (if_not_exists(b, :n)) + (if_not_exists(c, :n))",
            "SET a = if_not_exists(b, ?) + if_not_exists(c, ?)",
        ),
        (
            "SET a = (list_append((a), (:l)))",
            "SET a = list_append(a, ?)",
        ),
        ("SET a = :n - a", "SET a = ? - a"),
        ("SET a = b + c", "SET a = b + c"),
        (
            "SET a = if_not_exists(b, :n) - if_not_exists(c, :n)",
            "SET a = if_not_exists(b, ?) - if_not_exists(c, ?)",
        ),
        ("SET a = list_append(a, :l)", "SET a = list_append(a, ?)"),
        ("SET a = list_append(:l, a)", "SET a = list_append(?, a)"),
        (
            "SET a = list_append(if_not_exists(b, :l), c)",
            "SET a = list_append(if_not_exists(b, ?), c)",
        ),
        (
            "SET a = list_append(if_not_exists(a, :l), :l)",
            "SET a = list_append(if_not_exists(a, ?), ?)",
        ),
        (
            "SET a = list_append(:l, if_not_exists(a, b))",
            "SET a = list_append(?, if_not_exists(a, b))",
        ),
        ("remove a[1]", "REMOVE a[1]"),
        ("ADD a :n", "ADD a ?"),
        ("ADD a :m", "ADD a ?"),
        ("DELETE a :m", "DELETE a ?"),
    ] {
        let actions = parsed(text).unwrap();
        let [action] = &actions[..] else {
            panic!("{text}");
        };
        assert_eq!(action.to_string(), told, "{text}");
    }
}

fn unexpected(found: &str, expected: &'static str) -> ParseProblem {
    ParseProblem::Unexpected {
        found: (!found.is_empty()).then(|| found.to_owned()),
        expected,
    }
}

#[test]
fn parentheses_that_dynamodb_refuses_are_told_with_their_place() {
    use ParseProblem as P;
    for (text, at, problem) in [
        // A sum is not an operand, even in parentheses.
        (
            "SET a = (a + :n) + :n",
            17,
            unexpected("+", "`,`, SET, REMOVE, ADD, DELETE or the end"),
        ),
        ("SET a = ((a + :n) + :n)", 18, unexpected("+", "`)`")),
        ("SET a = a + (b + :n)", 15, unexpected("+", "`)`")),
        ("SET a = ((a + :n))", 8, P::RedundantParentheses),
        ("SET a = ((a))", 8, P::RedundantParentheses),
        ("SET a = a + ((:n))", 12, P::RedundantParentheses),
        ("SET a = (((a) + :n))", 10, P::RedundantParentheses),
        ("SET a = (a + :n", 15, unexpected("", "`)`")),
    ] {
        let error = parsed(text).unwrap_err();
        assert_eq!((error.position, error.problem), (at, problem), "{text}");
    }
}

#[test]
fn what_dynamodb_refuses_is_told_with_its_place() {
    use ParseProblem as P;
    let sections = "SET, REMOVE, ADD or DELETE";
    let rule = |rule, clause: &str| {
        let mut error = parsed("ADD a :s").unwrap_err();
        let P::Rule(broken) = &mut error.problem else {
            panic!("{error:?}");
        };
        broken.rule = rule;
        clause.clone_into(&mut broken.clause);
        error.problem
    };
    for (text, at, problem) in [
        (" ", 0, P::Empty),
        ("a = :n", 0, unexpected("a", sections)),
        ("SET", 3, unexpected("", "a path")),
        ("SET a", 5, unexpected("", "`=`")),
        ("SET a = :n,", 11, unexpected("", "a path")),
        ("SET size(a) = :n", 4, unexpected("size", "a path")),
        (
            "SET a = :n b = :n",
            11,
            unexpected("b", "`,`, SET, REMOVE, ADD, DELETE or the end"),
        ),
        ("SET a = :n SET b = :n", 11, P::RepeatedSection("SET")),
        ("SET a = size(b)", 8, P::MisplacedFunction("size".into())),
        (
            "SET a = List_append(a, :l)",
            8,
            P::UnknownFunction("List_append".into()),
        ),
        // Three operands, and lists in lists, are more than SET takes.
        (
            "SET a = a + :n + :n",
            15,
            unexpected("+", "`,`, SET, REMOVE, ADD, DELETE or the end"),
        ),
        (
            "SET a = list_append(list_append(a, :l), :l)",
            20,
            P::UnknownFunction("list_append".into()),
        ),
        (
            "SET a = if_not_exists(:n, :n)",
            8,
            rule(Rule::NotAPath, "if_not_exists(?, ..)"),
        ),
        ("ADD a b", 6, unexpected("b", "a `:value`")),
        (
            "ADD a :s",
            4,
            rule(Rule::NotASet { data_type: "S" }, "ADD a ?"),
        ),
        (
            "DELETE a :n",
            7,
            rule(Rule::NotASet { data_type: "N" }, "DELETE a ?"),
        ),
        (
            "SET a = b + :s",
            4,
            rule(Rule::NotANumeric { data_type: "S" }, "SET a = b + ?"),
        ),
        (
            "SET a = list_append(b, :n)",
            4,
            rule(
                Rule::NotAList { data_type: "N" },
                "SET a = list_append(b, ?)",
            ),
        ),
        ("SET a = :n REMOVE a.b", 18, rule(Rule::Overlap, "a.b")),
        ("REMOVE a[0], a.b", 13, rule(Rule::PathConflict, "a.b")),
        (
            "REMOVE a.b SET c = :n, a = :n",
            23,
            rule(Rule::Overlap, "a"),
        ),
        ("SET status = :n", 4, P::ReservedWord("status".into())),
    ] {
        let error = parsed(text).unwrap_err();
        assert_eq!((error.position, error.problem), (at, problem), "{text}");
    }
    let unused = Values::from([(":n".to_owned(), number("1"))]);
    let error = Action::parse("REMOVE a", Names::new(), unused).unwrap_err();
    assert!(
        matches!(&error, Error::Parse(error) if error.problem == P::UnusedValue(":n".into())),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_text_gets_the_guards_of_what_it_says() {
    let db = bank(&[("a", 5)]).await;
    let update = |text: &str, amount: &str| {
        let values = Values::from([(":n".to_owned(), number(amount))]);
        let actions = Action::parse(text, Names::new(), values).unwrap();
        db.store.update(Account::key("a")).set(|_| actions)
    };
    let most = u64::MAX.to_string();
    for (text, amount) in [
        ("SET balance = balance - :n", "6"),
        ("SET balance = balance + :n", &*most),
        ("ADD balance :n", &*most),
        ("ADD balance :n", "-6"),
        ("SET balance = :n + balance", &*most),
        ("SET balance = :n + if_not_exists(balance, :n)", &*most),
        ("SET balance = :n + balance", "-6"),
        ("SET balance = (balance - :n)", "6"),
        ("SET balance = :n - balance", "4"),
        ("SET balance = :n - if_not_exists(balance, :n)", "4"),
    ] {
        let error = update(text, amount).send().await.unwrap_err();
        let Error::ConditionFailed(refusal) = &error else {
            panic!("{text}: {error:?}");
        };
        let is_range =
            |guard: &Guard| matches!(guard, Guard::NotNegative { .. } | Guard::InRange { .. });
        let broken = |guard: &dynacond::GuardResult| !guard.holds && is_range(&guard.guard);
        assert!(refusal.guards().iter().any(broken), "{text}");
    }
    let updated = update("ADD balance :n", "7").send().await.unwrap();
    assert_eq!((updated.balance, Stored::version(&updated)), (12, 2));
    let updated = update("SET balance = :n - balance", "12")
        .send()
        .await
        .unwrap();
    assert_eq!((updated.balance, Stored::version(&updated)), (0, 3));
    // Key, version and write id are nobody's to set.
    for (text, rule) in [
        ("SET id = :n", Rule::UpdatesKey),
        ("SET item_version = :n", Rule::UpdatesVersion),
    ] {
        let error = update(text, "1").send().await.unwrap_err();
        assert!(
            matches!(&error, Error::Expression(error) if error.rule == rule),
            "{error:?}"
        );
    }
}

/// ADD is not an operator, so an update with 301 of them is within the limit of 300 operators.
#[test]
fn many_numbers_are_added_in_one_update() {
    let adds: Vec<_> = (0..301).map(|i| format!("a{i} :n")).collect();
    let text = format!("ADD {}", adds.join(","));
    let values = Values::from([(":n".to_owned(), number("1"))]);
    let actions = Action::parse(&text, Names::new(), values).unwrap();
    let update = nowhere().update(Document::key("d")).set(|_| actions);
    let preview = update.preview().unwrap();
    assert!(preview.update().unwrap().contains(" ADD #"));
}

/// The random texts are worth comparing: many are applied, many are rejected, and many say what no typed action says.
#[test]
fn a_third_of_the_random_texts_is_applied_and_a_fifth_rejected() {
    let mut rng = Rng::with_seed(4);
    let (mut applied, mut rejected, mut formulas) = (0, 0, 0);
    for _ in 0..300 {
        let before = document(&mut rng);
        let (text, names, values) = any_text(&mut rng);
        let actions = Action::parse(&text, names, values).unwrap();
        let debug = format!("{actions:?}");
        formulas +=
            usize::from(debug.contains(" = if_not_exists(l[0], ?) ") || debug.contains("= ? "));
        let mut tx = Transaction::default();
        let stored = Stored::<Document>::from_unversioned_item(before).unwrap();
        tx.presume_stored(stored).unwrap();
        match tx.update(Document::key("d"), |_| actions) {
            Ok(()) => applied += 1,
            Err(_) => rejected += 1,
        }
    }
    assert!(
        applied > 100 && rejected > 60 && formulas > 30,
        "{applied} {rejected} {formulas}"
    );
}
