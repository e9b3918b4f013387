//! Sensitive attributes in refusals: their values are withheld however the condition spelt them, in the text and as data.
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use dynacond::{
    AttributeType, AttributeValue, Condition, Document, Explanation, Item, Store, Stored,
    Versioned, attr, value,
};
use serde::{Deserialize, Serialize};

use super::support::{fresh_store, item, m, n, refused, s};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Chart {
    diagnosis: String,
    visits: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Insurance {
    company: String,
    #[dynacond(sensitive)]
    policy: String,
}

/// Sensitive by its type, in every place.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, AttributeType,
)]
#[dynacond(sensitive)]
#[serde(transparent)]
struct Phone(String);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "patients")]
struct Patient {
    #[dynacond(partition_key)]
    id: String,
    #[dynacond(sensitive)]
    ssn: String,
    #[dynacond(sensitive)]
    #[serde(rename = "blood-group")]
    blood: String,
    #[dynacond(sensitive)]
    chart: Chart,
    #[dynacond(sensitive)]
    visits: u32,
    insurance: Insurance,
    phone: Phone,
    phones: Vec<Phone>,
    #[serde(with = "serde_dynamo::string_set")]
    relatives: BTreeSet<Phone>,
    known: HashMap<String, Option<Phone>>,
    ward: u32,
}

const SECRETS: [&str; 8] = [
    "0815", "4711", "AB-", "measles", "mumps", "policy-9", "31337", "555-",
];

fn patient() -> Patient {
    Patient {
        id: "p1".into(),
        ssn: "0815".into(),
        blood: "AB-".into(),
        chart: Chart {
            diagnosis: "measles".into(),
            visits: 31_337,
        },
        visits: 31_337,
        insurance: Insurance {
            company: "Acme".into(),
            policy: "policy-9".into(),
        },
        phone: Phone("555-1".into()),
        phones: vec![Phone("555-3".into())],
        relatives: BTreeSet::from([Phone("555-4".into())]),
        known: HashMap::from([("son".to_owned(), Some(Phone("555-5".into())))]),
        ward: 7,
    }
}

async fn ward() -> Store {
    let store = fresh_store::<Patient>().await;
    store.create(patient()).send().await.unwrap();
    store
}

/// The condition of the refusal that this condition meets.
async fn explained<I>(store: &Store, condition: Condition<I>) -> (Explanation, String)
where
    Condition<I>: dynacond::operators::IntoCondition<Patient>,
{
    let delete = store.delete(Patient::key("p1")).when(|_| condition);
    let error = refused(delete.send().await);
    let refusal = error.refusal().expect("a refusal");
    let logged = format!("{error} {error:?} {refusal:?} {:?}", refusal.condition());
    (refusal.condition().unwrap().clone(), logged)
}

/// Everything that the explanation says, as text and as data.
fn said(explanation: &Explanation) -> String {
    let mut text = format!(
        "{explanation}\n{}\n{}\n",
        explanation.clause(),
        explanation.expected()
    );
    for actual in explanation.actual() {
        let (operand, value) = (actual.operand(), actual.value());
        writeln!(text, "{operand} {actual} {value:?}").unwrap();
    }
    explanation
        .parts()
        .iter()
        .fold(text, |text, part| text + &said(part))
}

#[track_caller]
fn assert_withheld((explanation, logged): &(Explanation, String)) {
    let said = said(explanation);
    for secret in SECRETS {
        assert!(!said.contains(secret), "{secret} in {said}");
        assert!(!logged.contains(secret), "{secret} in {logged}");
    }
    assert!(said.contains("(withheld)"), "{said}");
}

#[tokio::test]
async fn an_untyped_condition_withholds_what_the_model_marks() {
    let store = ward().await;
    let ssn = || attr("ssn");
    for condition in [
        ssn().eq("4711"),
        !ssn().ne("4711"),
        ssn().lt("0815"),
        ssn().between("4711", "4712"),
        ssn().is_in(["4711", "4712"]),
        ssn().begins_with("4711"),
        ssn().contains("4711"),
        ssn().not_exists(),
        ssn().size().gt(31_337),
        attr("ward").eq(attr("ssn")),
        value("4711".to_owned()).eq(ssn()),
        value(31_337).lt(attr("visits")),
        attr("visits").ge(31_338),
        attr("blood-group").eq("AB+") & attr("ward").eq(7),
        ssn().eq("4711") | attr("ward").gt(8),
        !(ssn().eq("0815") & attr("ward").eq(7)),
        attr("ward").eq(7) & !(attr("ward").eq(7) & !ssn().eq("4711")),
    ] {
        assert_withheld(&explained(&store, condition).await);
    }
}

#[tokio::test]
async fn what_is_not_sensitive_is_still_shown_beside_it() {
    let store = ward().await;
    let condition = attr("ssn").eq("4711") & attr("ward").eq(8);
    let (explanation, _) = explained(&store, condition).await;
    assert_eq!(
        explanation.to_string(),
        "\
ssn = ? AND ward = 8
  ✗ ssn = ?       actual: (withheld)
  ✗ ward = 8      actual: 7"
    );
    let [ssn, ward] = explanation.parts() else {
        panic!("{explanation}");
    };
    assert!(ssn.actual()[0].is_withheld() && ssn.actual()[0].value().is_none());
    assert!(!ward.actual()[0].is_withheld());
    assert_eq!(ward.actual()[0].value(), Some(&n(7)));
}

#[tokio::test]
async fn a_parsed_condition_withholds_it_too() {
    let store = ward().await;
    let parsed = Condition::parse(
        "#x = :x AND chart.diagnosis <> :d AND ward = :w",
        [("#x".to_owned(), "ssn".to_owned())].into(),
        item([(":x", s("4711")), (":d", s("measles")), (":w", n(7))]),
    );
    assert_withheld(&explained(&store, parsed.unwrap()).await);
}

#[tokio::test]
async fn a_path_into_a_sensitive_document_is_withheld() {
    let store = ward().await;
    let o = Patient::attributes();
    let diagnosis = || attr("chart").at_name("diagnosis");
    for condition in [
        o.chart.at(|c| c.diagnosis).eq("mumps"),
        o.chart.at(|c| c.visits).gt(31_337),
        !o.chart.at(|c| c.diagnosis).size().eq(7),
    ] {
        assert_withheld(&explained(&store, condition).await);
    }
    for condition in [
        diagnosis().eq("mumps"),
        attr("chart").at_name("visits").gt(31_337),
        attr("chart").index(0).exists(),
    ] {
        assert_withheld(&explained(&store, condition).await);
    }
}

#[tokio::test]
async fn a_sensitive_document_compared_whole_is_withheld() {
    let store = ward().await;
    let other = Chart {
        diagnosis: "mumps".into(),
        visits: 31_337,
    };
    let o = Patient::attributes();
    assert_withheld(&explained(&store, o.chart.eq(other)).await);
    let raw = m([("diagnosis", s("mumps")), ("visits", n(31_337))]);
    let raw = Condition::parse("chart = :c", [].into(), item([(":c", raw)]));
    assert_withheld(&explained(&store, raw.unwrap()).await);
}

#[tokio::test]
async fn a_sensitive_field_of_a_document_is_withheld_by_its_path() {
    let store = ward().await;
    let o = Patient::attributes();
    let typed = o.insurance.at(|i| i.policy).eq("policy-91");
    assert_withheld(&explained(&store, typed).await);
    // A document that holds one is withheld whole, its neighbours too.
    let (explanation, _) = explained(&store, o.insurance.at(|i| i.company).eq("Other")).await;
    assert!(
        explanation.to_string().ends_with("actual: (withheld)"),
        "{explanation}"
    );
}

#[tokio::test]
async fn a_sensitive_field_of_a_document_is_withheld_by_an_untyped_path() {
    let store = ward().await;
    let untyped = attr("insurance").at_name("policy").eq("policy-91");
    assert_withheld(&explained(&store, untyped).await);
}

#[tokio::test]
async fn an_attribute_of_a_sensitive_type_is_withheld() {
    let store = ward().await;
    let o = Patient::attributes();
    assert_withheld(&explained(&store, o.phone.eq(Phone("555-2".into()))).await);
    assert_withheld(&explained(&store, attr("phone").eq("555-2")).await);
}

#[tokio::test]
async fn a_list_a_set_or_a_map_of_a_sensitive_type_is_withheld() {
    let store = ward().await;
    let o = Patient::attributes();
    let other = || Phone("555-9".into());
    for condition in [
        o.phones.contains(other()),
        o.phones.eq(vec![other()]),
        o.phones.index(0).eq(other()),
        o.relatives.contains(other()),
        o.known.entry("son").eq(other()),
    ] {
        assert_withheld(&explained(&store, condition).await);
    }
    for condition in [
        attr("phones").index(0).eq("555-9"),
        attr("relatives").contains("555-9"),
        attr("known").at_name("son").eq("555-9"),
    ] {
        assert_withheld(&explained(&store, condition).await);
    }
}

#[tokio::test]
async fn a_document_with_a_sensitive_field_compared_whole_is_withheld() {
    let store = ward().await;
    let other = Insurance {
        company: "Acme".into(),
        policy: "policy-91".into(),
    };
    let o = Patient::attributes();
    assert_withheld(&explained(&store, o.insurance.eq(other)).await);
}

#[tokio::test]
async fn a_document_with_a_sensitive_field_compared_whole_without_types_is_withheld() {
    let store = ward().await;
    let raw = m([("company", s("Acme")), ("policy", s("policy-91"))]);
    let raw = Condition::parse("insurance = :i", [].into(), item([(":i", raw)]));
    assert_withheld(&explained(&store, raw.unwrap()).await);
}

#[tokio::test]
async fn a_guard_of_a_sensitive_number_names_no_number() {
    let store = ward().await;
    let update = store.update(Patient::key("p1"));
    let error = refused(update.set(|p| p.visits.subtract(31_338)).send().await);
    let refusal = error.refusal().unwrap();
    let text = format!(
        "{error} {error:?} {:?} {:?}",
        refusal.guards(),
        refusal.condition()
    );
    for secret in ["31337", "31338"] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// Walked as data, an explanation tells each clause with its truth, its operands and what was found.
#[tokio::test]
async fn an_explanation_is_walked_as_data() {
    fn leaves(explanation: &Explanation) -> Vec<(String, bool, Option<AttributeValue>)> {
        if explanation.parts().is_empty() {
            let found = explanation
                .actual()
                .first()
                .and_then(|a| a.value().cloned());
            return vec![(explanation.clause().to_owned(), explanation.holds(), found)];
        }
        explanation.parts().iter().flat_map(leaves).collect()
    }
    let store = ward().await;
    let condition = (attr("ward").eq(7) | attr("floor").exists())
        & !(attr("ward").ge(7) & attr("ssn").eq("0815"));
    let (explanation, _) = explained(&store, condition).await;
    let expected = [
        ("ward = ?", true, Some(n(7))),
        ("attribute_exists(floor)", false, None),
        ("ward >= ?", true, Some(n(7))),
        ("ssn = ?", true, None),
    ];
    let expected = expected.map(|(clause, holds, found)| (clause.to_owned(), holds, found));
    assert_eq!(leaves(&explanation), expected);
    let refusing: Vec<_> = explanation.refusing().iter().map(|c| c.clause()).collect();
    assert_eq!(refusing, ["NOT (ward >= ? AND ssn = ?)"]);
}

#[tokio::test]
async fn the_item_itself_is_there_for_those_who_ask() {
    let store = ward().await;
    let delete = store.delete(Patient::key("p1")).when(|p| p.ssn.eq("4711"));
    let error = refused(delete.send().await);
    let item: &Item = error.refusal().unwrap().item().unwrap();
    assert_eq!(item["ssn"], s("0815"));
    let stored: Stored<Patient> = error.current().unwrap().unwrap();
    assert_eq!(*stored, patient());
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "wallets")]
struct Wallet {
    #[dynacond(partition_key)]
    id: String,
    #[dynacond(sensitive)]
    coins: u32,
}

#[tokio::test]
async fn the_guard_of_a_subtract_withholds_what_is_sensitive() {
    let store = fresh_store::<Wallet>().await;
    let wallet = Wallet {
        id: "w1".into(),
        coins: 4711,
    };
    store.create(wallet).send().await.unwrap();
    let spend = store.update(Wallet::key("w1"));
    let error = refused(spend.set(|w| w.coins.subtract(4712)).send().await);
    let condition = error.refusal().unwrap().condition().unwrap();
    assert!(condition.actual()[0].is_withheld());
    assert_eq!(condition.actual()[0].value(), None);
    let shown = format!("{condition} {condition:?} {error} {error:?}");
    assert!(!shown.contains("471"), "{shown}");
    assert!(shown.contains("coins >= ?"), "{shown}");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Contact {
    name: String,
    phone: Option<Phone>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
enum Way {
    Call(Contact),
    Visit { ward: u32 },
}

/// A document that holds itself, through an enum that holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Comment {
    text: String,
    replies: Vec<Reply>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, AttributeType)]
#[serde(tag = "kind")]
enum Reply {
    Comment(Comment),
    Call { to: Phone },
}

/// The same, and nothing in it is sensitive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Section {
    title: String,
    sections: Vec<Section>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Document)]
struct Emergency {
    emergency_phone: Phone,
}

type Directory = Vec<Vec<Phone>>;

#[expect(clippy::box_collection, reason = "what is inside of a `Box`, too")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Versioned)]
#[dynacond(table = "contacts")]
struct Contacts {
    #[dynacond(partition_key)]
    id: String,
    document: Contact,
    documents: Vec<Contact>,
    lists: Vec<Vec<Phone>>,
    lists_by_name: HashMap<String, Vec<Phone>>,
    pair: (u32, Phone),
    boxed: Box<Vec<Phone>>,
    names: HashMap<Phone, u32>,
    data: Way,
    aliased: Directory,
    comment: Comment,
    #[serde(flatten)]
    emergency: Emergency,
    harmless: Vec<Vec<u32>>,
    section: Section,
}

fn contacts() -> Contacts {
    let phone = || Phone("555-7".into());
    let contact = || Contact {
        name: "Ann".into(),
        phone: Some(phone()),
    };
    Contacts {
        id: "c1".into(),
        document: contact(),
        documents: vec![contact()],
        lists: vec![vec![phone()]],
        lists_by_name: HashMap::from([("home".to_owned(), vec![phone()])]),
        pair: (1, phone()),
        boxed: Box::new(vec![phone()]),
        names: HashMap::from([(phone(), 1)]),
        data: Way::Call(contact()),
        aliased: vec![vec![phone()]],
        comment: Comment {
            text: "call me".into(),
            replies: vec![Reply::Call { to: phone() }],
        },
        emergency: Emergency {
            emergency_phone: phone(),
        },
        harmless: vec![vec![7]],
        section: Section {
            title: "7".into(),
            sections: Vec::new(),
        },
    }
}

const WITHHELD: [&str; 11] = [
    "document",
    "documents",
    "lists",
    "lists_by_name",
    "pair",
    "boxed",
    "names",
    "data",
    "aliased",
    "comment",
    "emergency_phone",
];

#[test]
fn a_sensitive_type_is_withheld_wherever_it_stands_in_another() {
    let item: Item = serde_dynamo::to_item(contacts()).unwrap();
    for name in WITHHELD {
        for condition in [attr(name).eq("555-8"), attr(name).at_name("phone").exists()] {
            let condition: Condition<Contacts> = condition.into();
            let explanation = condition.explain(&item);
            assert_withheld(&(explanation.clone(), format!("{explanation:?}")));
        }
    }
    for name in ["harmless", "section"] {
        let condition: Condition<Contacts> = attr(name).eq("8").into();
        let said = said(&condition.explain(&item));
        assert!(!said.contains("(withheld)") && said.contains('7'), "{said}");
    }
}

#[test]
fn an_untyped_name_beside_a_typed_attribute_is_withheld_when_it_is_explained() {
    let item: Item = serde_dynamo::to_item(patient()).unwrap();
    let o = Patient::attributes();
    for condition in [
        attr("ssn").eq("4711") & o.ward.eq(7),
        o.ward.eq(7) | attr("ssn").eq("4711"),
        !(o.ward.eq(7) & attr("ssn").eq("0815")),
        Condition::all([o.ward.eq(7), attr("ssn").eq("4711").into()]),
        o.id.eq(attr("ssn")),
        attr("ssn").eq("4711").into(),
    ] {
        let explanation = condition.explain(&item);
        assert_withheld(&(explanation.clone(), format!("{explanation:?}")));
    }
}

#[tokio::test]
async fn a_preview_withholds_values_of_sensitive_attributes() {
    let store = ward().await;
    let mut read = store.get(Patient::key("p1")).send().await.unwrap().unwrap();
    read.ssn = "4711".into();
    read.chart.diagnosis = "mumps".into();
    read.ward = 8;
    let key = || Patient::key("p1");
    let previews = [
        store.create(patient()).preview(),
        store.save(read).preview(),
        store.put(patient()).unconditional().preview(),
        store
            .update(key())
            .set(|p| (p.ssn.to("4711"), p.ward.to(8), p.visits.subtract(31_337)))
            .when(|p| p.blood.eq("AB-") & attr("ssn").eq("0815"))
            .preview(),
        store
            .delete(key())
            .when(|_| attr("ssn").eq("0815"))
            .preview(),
    ];
    for preview in previews {
        let shown = preview.unwrap().to_string();
        for secret in SECRETS {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert!(shown.contains("(withheld)"), "{shown}");
    }
    let update = store
        .update(key())
        .set(|p| (p.ssn.to("4711"), p.ward.to(8)));
    let preview = update.preview().unwrap();
    assert!(preview.to_string().contains(":ward = 8"), "{preview}");
    assert_eq!(
        preview.values().unwrap()[":ssn"],
        s("4711"),
        "as data it is there"
    );
}

#[tokio::test]
async fn a_preview_of_an_unversioned_item_withholds_what_was_read() {
    let store = fresh_store::<Patient>().await;
    let raw: Item = serde_dynamo::to_item(patient()).unwrap();
    let mut read = Stored::<Patient>::from_unversioned_item(raw).unwrap();
    read.ward = 8;
    let shown = store.save(read).preview().unwrap().to_string();
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
