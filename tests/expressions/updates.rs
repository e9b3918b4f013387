//! One table: every update action with values and attributes, alone and together, as `preview` tells what is sent.
#![expect(
    clippy::needless_borrows_for_generic_args,
    reason = "a reference is a case of its own"
)]
use std::collections::BTreeSet;

use dynacond::operators::IntoActions;
use dynacond::{Preview, Versioned, attr};

use super::{
    Address, Digest, Euros, Geo, Line, Order, Status, WRITE_ID, assert_placeholders_are_those_used,
    listed_names, listed_values, n, null, order, set_of, ss, store,
};

/// Every update raises the version and stamps its write id; in the table it is `~`.
const STAMPS: &str = "#item_version = if_not_exists(#item_version, :item_version) + :item_version_2, \
                      #item_write_id = :item_write_id_2";

pub(crate) struct Row {
    name: &'static str,
    pub(crate) preview: Preview,
    text: String,
    condition: String,
    names: BTreeSet<String>,
    values: BTreeSet<String>,
}

fn row(
    name: &'static str,
    actions: impl IntoActions<Order>,
    text: &str,
    guard: &str,
    names: &[&str],
    values: &[&str],
) -> Row {
    let mut names = set_of(names);
    names.extend(set_of(&[
        "#item_version is item_version",
        "#item_write_id is item_write_id",
        "#pk is pk",
    ]));
    let mut values = set_of(values);
    values.extend(set_of(&[":item_version is N 0", ":item_version_2 is N 1"]));
    values.insert(format!(":item_write_id_2 is S {WRITE_ID}"));
    // Of the clause that an item which holds the write refuses it by.
    values.insert(format!(":item_write_id is S {}", &WRITE_ID[..16]));
    let update = store().update(Order::key("o1")).set(|_| actions);
    Row {
        name,
        preview: match update.preview() {
            Ok(preview) => preview,
            Err(error) => panic!("{name}: {error}"),
        },
        text: text.replace('~', STAMPS),
        condition: format!("attribute_exists(#pk){guard}"),
        names,
        values,
    }
}

macro_rules! rows {
    ($($name:literal: $actions:expr => $text:literal $(if $guard:literal)?, [$($n:literal),*], [$($v:literal),*];)+) => {
        vec![$(row($name, $actions, $text, concat!("", $($guard)?), &[$($n),*], &[$($v),*])),+]
    };
}

pub(crate) fn table() -> Vec<Row> {
    let mut table = setting();
    table.extend(relative());
    table.extend(sets_and_sections());
    table
}

fn setting() -> Vec<Row> {
    let o = Order::attributes();
    let address = Address {
        city: "Lyon".to_owned(),
        geo: Geo { lat: 45 },
    };
    rows! {
        "to: string": o.name.to("Bob") => "SET #name = :name, ~", ["#name is name"], [":name is S Bob"];
        "to: number": o.stock.to(3) => "SET #stock = :stock, ~", ["#stock is stock"], [":stock is N 3"];
        "to: boolean": o.paid.to(true) => "SET #paid = :paid, ~", ["#paid is paid"], [":paid is BOOL true"];
        "to: enum": o.status.to(Status::Shipped) => "SET #status = :status, ~", ["#status is status"], [":status is S shipped"];
        "to: newtype": o.price.to(Euros(4)) => "SET #price = :price, ~", ["#price is price"], [":price is N 4"];
        "to: binary": o.digest.to(Digest(vec![9])) => "SET #digest = :digest, ~", ["#digest is digest"], [":digest is B 09"];
        "to: string set": o.tags.to(set_of(&["a"])) => "SET #tags = :tags, ~", ["#tags is tags"], [":tags is SS a"];
        "to: list": o.words.to(vec!["a".to_owned()]) => "SET #words = :words, ~", ["#words is words"], [":words is L [S a]"];
        "to: empty list": o.words.to(vec![]) => "SET #words = :words, ~", ["#words is words"], [":words is L []"];
        "to: document": o.address.to(address) => "SET #address = :address, ~", ["#address is address"], [":address is M {city: S Lyon, geo: M {lat: N 45}}"];
        "to: optional, its inner value": o.note.to("gift") => "SET #note = :note, ~", ["#note is note"], [":note is S gift"];
        "to: attribute": o.stock.to(o.reserved) => "SET #stock = #reserved, ~", ["#stock is stock", "#reserved is reserved"], [];
        "to: nested attribute": o.name.to(o.address.at(|a| a.city)) => "SET #name = #address.#city, ~", ["#name is name", "#address is address", "#city is city"], [];
        "to: document path": o.address.at(|a| a.geo).at(|g| g.lat).to(46)
            => "SET #address.#geo.#lat = :lat, ~", ["#address is address", "#geo is geo", "#lat is lat"], [":lat is N 46"];
        "to: list element": o.words.index(0).to("a") => "SET #words[0] = :words, ~", ["#words is words"], [":words is S a"];
        "to: map entry": o.prices.entry("US-$").to(8) => "SET #prices.#US__ = :US__, ~", ["#prices is prices", "#US__ is US-$"], [":US__ is N 8"];
        "to: untyped name in a document": o.address.at_name("zip.code").to("69001")
            => "SET #address.#zip_code = :zip_code, ~", ["#address is address", "#zip_code is zip.code"], [":zip_code is S 69001"];
        "to: untyped": attr("extra").to(ss(["a"])) => "SET #extra = :extra, ~", ["#extra is extra"], [":extra is SS a"];
        "to: untyped, NULL": attr("extra").to(null()) => "SET #extra = :extra, ~", ["#extra is extra"], [":extra is NULL"];
        "to: odd names": (o.dotted.to(7), o.underscored.to(8), o.first.to(9), o.active.to(false), o.x.to(1))
            => "SET #a_b = :a_b, #a_b_2 = :a_b_2, #1st = :1st, #is_active = :is_active, #x = :x, ~",
            ["#a_b is a.b", "#a_b_2 is a_b", "#1st is 1st", "#is_active is is-active", "#x is x"],
            [":a_b is N 7", ":a_b_2 is N 8", ":1st is N 9", ":is_active is BOOL false", ":x is N 1"];
        "if_absent: value": o.note.if_absent("none") => "SET #note = if_not_exists(#note, :note), ~", ["#note is note"], [":note is S none"];
        "if_absent: attribute": o.note.if_absent(o.name) => "SET #note = if_not_exists(#note, #name), ~", ["#note is note", "#name is name"], [];
        "if_absent: nested path": o.prices.entry("EUR").if_absent(1) => "SET #prices.#EUR = if_not_exists(#prices.#EUR, :EUR), ~", ["#prices is prices", "#EUR is EUR"], [":EUR is N 1"];
        "if_absent: untyped": attr("extra").if_absent(1) => "SET #extra = if_not_exists(#extra, :extra), ~", ["#extra is extra"], [":extra is N 1"];
    }
}

fn relative() -> Vec<Row> {
    let o = Order::attributes();
    let line = Line {
        sku: "s".to_owned(),
        quantity: 1,
    };
    rows! {
        "add: value": o.stock.add(3) => "SET #stock = #stock + :stock_2, ~" if " AND NOT #stock > :stock",
            ["#stock is stock"], [":stock is N 4294967292", ":stock_2 is N 3"];
        "add: nothing": o.stock.add(0) => "SET #stock = #stock + :stock, ~", ["#stock is stock"], [":stock is N 0"];
        "add: signed": o.balance.add(3) => "SET #balance = #balance + :balance_2, ~" if " AND NOT #balance > :balance",
            ["#balance is balance"], [":balance is N 9223372036854775804", ":balance_2 is N 3"];
        "add: negative value, unsigned, untyped": attr("stock").add(-3) => "SET #stock = #stock + :stock_2, ~" if " AND NOT #stock < :stock",
            ["#stock is stock"], [":stock is N 3", ":stock_2 is N -3"];
        "add: a fraction, untyped": attr("stock").add(2.5) => "SET #stock = #stock + :stock_2, ~" if " AND NOT #stock > :stock",
            ["#stock is stock"], [":stock is N 4294967292", ":stock_2 is N 2.5"];
        "add: negative value": o.balance.add(-3) => "SET #balance = #balance + :balance_2, ~" if " AND NOT #balance < :balance",
            ["#balance is balance"], [":balance is N -9223372036854775805", ":balance_2 is N -3"];
        "add: attribute": o.stock.add(o.reserved) => "SET #stock = #stock + #reserved, ~", ["#stock is stock", "#reserved is reserved"], [];
        "add: newtype": o.price.add(Euros(1)) => "SET #price = #price + :price_2, ~" if " AND NOT #price > :price",
            ["#price is price"], [":price is N 4294967294", ":price_2 is N 1"];
        "add: nested path": o.lines.index(0).at(|l| l.quantity).add(1)
            => "SET #lines[0].#quantity = #lines[0].#quantity + :quantity_2, ~" if " AND NOT #lines[0].#quantity > :quantity",
            ["#lines is lines", "#quantity is quantity"], [":quantity is N 4294967294", ":quantity_2 is N 1"];
        "add: map entry": o.prices.entry("EUR").add(1) => "SET #prices.#EUR = #prices.#EUR + :EUR_2, ~" if " AND NOT #prices.#EUR > :EUR",
            ["#prices is prices", "#EUR is EUR"], [":EUR is N 4294967294", ":EUR_2 is N 1"];
        "add: list element": o.scores.index(0).add(1) => "SET #scores[0] = #scores[0] + :scores_2, ~" if " AND NOT #scores[0] > :scores",
            ["#scores is scores"], [":scores is N 9223372036854775806", ":scores_2 is N 1"];
        "add: from a start": o.stock.add(3).starting_at(0)
            => "SET #stock = if_not_exists(#stock, :stock_2) + :stock_3, ~" if " AND NOT #stock > :stock",
            ["#stock is stock"], [":stock is N 4294967292", ":stock_2 is N 0", ":stock_3 is N 3"];
        "add: from a start that is too much": o.stock.add(3).starting_at(u32::MAX)
            => "SET #stock = if_not_exists(#stock, :stock_2) + :stock_3, ~" if " AND #stock <= :stock",
            ["#stock is stock"], [":stock is N 4294967292", ":stock_2 is N 4294967295", ":stock_3 is N 3"];
        "add: from an attribute": o.stock.add(3).starting_at(o.reserved)
            => "SET #stock = if_not_exists(#stock, #reserved) + :stock_2, ~"
                if " AND NOT #stock > :stock AND (attribute_exists(#stock) OR NOT #reserved > :reserved)",
            ["#stock is stock", "#reserved is reserved"],
            [":stock is N 4294967292", ":stock_2 is N 3", ":reserved is N 4294967292"];
        "add: untyped": attr("extra").add(1).starting_at(0)
            => "SET #extra = if_not_exists(#extra, :extra) + :extra_2, ~", ["#extra is extra"], [":extra is N 0", ":extra_2 is N 1"];
        "subtract: signed": o.balance.subtract(3) => "SET #balance = #balance - :balance_2, ~" if " AND NOT #balance < :balance",
            ["#balance is balance"], [":balance is N -9223372036854775805", ":balance_2 is N 3"];
        "subtract: negative value": o.balance.subtract(-3) => "SET #balance = #balance - :balance_2, ~" if " AND NOT #balance > :balance",
            ["#balance is balance"], [":balance is N 9223372036854775804", ":balance_2 is N -3"];
        "subtract: negative value, unsigned, untyped": attr("stock").subtract(-3) => "SET #stock = #stock - :stock_2, ~" if " AND NOT #stock > :stock",
            ["#stock is stock"], [":stock is N 4294967292", ":stock_2 is N -3"];
        "subtract: signed, untyped attribute": o.balance.subtract(attr("reserved")) => "SET #balance = #balance - #reserved, ~", ["#balance is balance", "#reserved is reserved"], [];
        "subtract: unsigned stays at zero or above": o.stock.subtract(3)
            => "SET #stock = #stock - :stock, ~" if " AND #stock >= :stock", ["#stock is stock"], [":stock is N 3"];
        "subtract: unsigned, attribute": o.stock.subtract(o.reserved)
            => "SET #stock = #stock - #reserved, ~" if " AND #stock >= #reserved", ["#stock is stock", "#reserved is reserved"], [];
        "subtract: unsigned, from a start that is not enough": o.stock.subtract(3).starting_at(1)
            => "SET #stock = if_not_exists(#stock, :stock_2) - :stock, ~" if " AND #stock >= :stock",
            ["#stock is stock"], [":stock is N 3", ":stock_2 is N 1"];
        "subtract: unsigned, from a start that is enough": o.stock.subtract(3).starting_at(9)
            => "SET #stock = if_not_exists(#stock, :stock_2) - :stock, ~" if " AND NOT #stock < :stock",
            ["#stock is stock"], [":stock is N 3", ":stock_2 is N 9"];
        "subtract: unsigned, from an attribute": o.stock.subtract(3).starting_at(o.reserved)
            => "SET #stock = if_not_exists(#stock, #reserved) - :stock, ~"
                if " AND NOT #stock < :stock AND (attribute_exists(#stock) OR NOT #reserved < :reserved)",
            ["#stock is stock", "#reserved is reserved"], [":stock is N 3", ":reserved is N 3"];
        "subtract: untyped": attr("extra").subtract(1) => "SET #extra = #extra - :extra, ~", ["#extra is extra"], [":extra is N 1"];
        "append: one": o.words.append("a") => "SET #words = list_append(#words, :words), ~", ["#words is words"], [":words is L [S a]"];
        "append: several": o.scores.append([7, 8]) => "SET #scores = list_append(#scores, :scores), ~", ["#scores is scores"], [":scores is L [N 7, N 8]"];
        "append: none": o.scores.append(vec![]) => "SET #scores = list_append(#scores, :scores), ~", ["#scores is scores"], [":scores is L []"];
        "append: document": o.lines.append(line) => "SET #lines = list_append(#lines, :lines), ~", ["#lines is lines"], [":lines is L [M {quantity: N 1, sku: S s}]"];
        "append: from a start": o.words.append("a").starting_at(vec![])
            => "SET #words = list_append(if_not_exists(#words, :words), :words_2), ~", ["#words is words"], [":words is L []", ":words_2 is L [S a]"];
        "append: untyped": attr("extra").append([1, 2]).starting_at(Vec::<u8>::new())
            => "SET #extra = list_append(if_not_exists(#extra, :extra), :extra_2), ~", ["#extra is extra"], [":extra is L []", ":extra_2 is L [N 1, N 2]"];
        "prepend: several": o.words.prepend(["a", "b"]) => "SET #words = list_append(:words, #words), ~", ["#words is words"], [":words is L [S a, S b]"];
        "prepend: from a start": o.words.prepend("a").starting_at(vec!["z".to_owned()])
            => "SET #words = list_append(:words, if_not_exists(#words, :words_2)), ~", ["#words is words"], [":words is L [S a]", ":words_2 is L [S z]"];
    }
}

fn sets_and_sections() -> Vec<Row> {
    let o = Order::attributes();
    rows! {
        "insert: string set": o.tags.insert("a") => "SET ~ ADD #tags :tags", ["#tags is tags"], [":tags is SS a"];
        "insert: several": o.tags.insert(["a", "b"]) => "SET ~ ADD #tags :tags", ["#tags is tags"], [":tags is SS a b"];
        "insert: number set": o.sizes.insert([40, 41]) => "SET ~ ADD #sizes :sizes", ["#sizes is sizes"], [":sizes is NS 40 41"];
        "insert: binary set": o.prints.insert(&[7]) => "SET ~ ADD #prints :prints", ["#prints is prints"], [":prints is BS 07"];
        "insert: untyped": attr("extra").insert(5) => "SET ~ ADD #extra :extra", ["#extra is extra"], [":extra is NS 5"];
        "insert: nested set": o.address.at_name("tags").insert("a") => "SET ~ ADD #address.#tags :tags", ["#address is address", "#tags is tags"], [":tags is SS a"];
        "delete: string set": o.tags.delete("new") => "SET ~ DELETE #tags :tags", ["#tags is tags"], [":tags is SS new"];
        "delete: number set": o.sizes.delete(vec![36]) => "SET ~ DELETE #sizes :sizes", ["#sizes is sizes"], [":sizes is NS 36"];
        "delete: binary set": o.prints.delete(&[1]) => "SET ~ DELETE #prints :prints", ["#prints is prints"], [":prints is BS 01"];
        "remove: attribute": o.note.remove() => "SET ~ REMOVE #note", ["#note is note"], [];
        "remove: document path": o.address.at_name("zip").remove() => "SET ~ REMOVE #address.#zip", ["#address is address", "#zip is zip"], [];
        "remove: list element": o.words.index(1).remove() => "SET ~ REMOVE #words[1]", ["#words is words"], [];
        "remove: map entry": o.prices.entry("EUR").remove() => "SET ~ REMOVE #prices.#EUR", ["#prices is prices", "#EUR is EUR"], [];
        "remove: untyped": attr("extra").remove() => "SET ~ REMOVE #extra", ["#extra is extra"], [];
        "several actions of a section keep their order": (o.stock.to(1), o.balance.add(2), o.note.if_absent("x"))
            => "SET #stock = :stock, #balance = #balance + :balance_2, #note = if_not_exists(#note, :note), ~" if " AND NOT #balance > :balance",
            ["#stock is stock", "#balance is balance", "#note is note"],
            [":stock is N 1", ":balance is N 9223372036854775805", ":balance_2 is N 2", ":note is S x"];
        "each section stands once": (o.tags.delete("old"), o.note.remove(), o.stock.to(1), o.sizes.insert(40), o.prices.remove(), o.paid.to(true))
            => "SET #stock = :stock, #paid = :paid, ~ REMOVE #note, #prices ADD #sizes :sizes DELETE #tags :tags",
            ["#tags is tags", "#note is note", "#stock is stock", "#sizes is sizes", "#prices is prices", "#paid is paid"],
            [":tags is SS old", ":stock is N 1", ":sizes is NS 40", ":paid is BOOL true"];
        "a list of actions": vec![o.stock.to(1), o.balance.to(2)]
            => "SET #stock = :stock, #balance = :balance, ~", ["#stock is stock", "#balance is balance"], [":stock is N 1", ":balance is N 2"];
        "an attribute on both sides": (o.stock.to(o.reserved), o.reserved.to(o.stock))
            => "SET #stock = #reserved, #reserved = #stock, ~", ["#stock is stock", "#reserved is reserved"], [];
        "parts of one attribute": (o.prices.entry("EUR").to(1), o.prices.entry("USD").to(2), o.words.index(0).to("a"), o.words.index(1).remove())
            => "SET #prices.#EUR = :EUR, #prices.#USD = :USD, #words[0] = :words, ~ REMOVE #words[1]",
            ["#prices is prices", "#EUR is EUR", "#USD is USD", "#words is words"], [":EUR is N 1", ":USD is N 2", ":words is S a"];
    }
}

#[test]
fn every_action_renders_its_text_names_and_values() {
    for row in table() {
        let preview = row.preview;
        let name = row.name;
        let update = preview.update().expect("an update");
        let condition = preview.condition().expect("a guard");
        let (names, values) = (
            preview.names().expect("names"),
            preview.values().expect("values"),
        );
        assert_eq!(update, row.text, "{name}");
        assert_eq!(condition, row.condition, "{name}");
        assert_eq!(listed_names(names), row.names, "{name}");
        assert_eq!(listed_values(values), row.values, "{name}");
        let once = preview.only_once().expect("a clause");
        let text = format!("{update} {condition} {once}");
        assert_placeholders_are_those_used(&text, names, values);
    }
}

#[test]
fn a_second_set_adds_to_the_first() {
    let update = store()
        .update(Order::key("o1"))
        .set(|o| o.stock.to(1))
        .set(|o| (o.paid.to(true), o.note.remove()));
    let preview = update.preview().expect("an update");
    let text = format!("SET #stock = :stock, #paid = :paid, {STAMPS} REMOVE #note");
    assert_eq!(preview.update(), Some(text.as_str()));
}

#[test]
fn condition_and_update_share_their_placeholders() {
    let update = store()
        .update(Order::key("o1"))
        .set(|o| (o.stock.subtract(3), o.reserved.add(3)))
        .when(|o| o.stock.ge(3).and(o.reserved.lt(9)));
    let preview = update.preview().expect("an update");
    // The guard of the unsigned `subtract` is stated by the condition already.
    assert_eq!(
        preview.condition(),
        Some(
            "attribute_exists(#pk) AND NOT #reserved > :reserved AND #stock >= :stock AND #reserved < :reserved_2"
        )
    );
    let text =
        format!("SET #stock = #stock - :stock, #reserved = #reserved + :reserved_3, {STAMPS}");
    assert_eq!(preview.update(), Some(text.as_str()));
    let values = preview.values().expect("values");
    assert_eq!(values[":stock"], n(3));
    assert_eq!(values[":reserved"], n(u32::MAX - 3));
    assert_eq!(values[":reserved_2"], n(9));
    assert_eq!(values[":reserved_3"], n(3));
}

#[test]
fn an_amount_as_large_as_its_range_or_larger_has_a_guard_that_can_be_sent() {
    let o = Order::attributes();
    let condition = |actions: dynacond::operators::RelativeAction<_, _>| {
        let update = store().update(Order::key("o1")).set(|_| actions);
        let preview = update.preview().expect("an update");
        let condition = preview.condition().expect("a guard").to_owned();
        (
            condition,
            preview.values().expect("values")[":balance"].clone(),
        )
    };
    let guard =
        |comparator: &str| format!("attribute_exists(#pk) AND NOT #balance {comparator} :balance");
    assert_eq!(condition(o.balance.add(i64::MIN)), (guard("<"), n(0)));
    assert_eq!(condition(o.balance.add(i64::MAX)), (guard(">"), n(0)));
    assert_eq!(condition(o.balance.subtract(i64::MIN)), (guard(">"), n(-1)));
    let update = |amount| {
        let update = store().update(Order::key("o1"));
        update.set(|_| attr("balance").add(n(amount))).preview()
    };
    let sum = update("1e100").expect("an update");
    // No `i64` is so small: the guard has at most 38 digits, and never holds.
    let least = &sum.values().expect("values")[":balance"];
    assert_eq!(*least, n("-9999999999999999990776627963145224193"));
}

#[test]
fn an_update_of_an_unsigned_attribute_is_guarded_beside_the_users_or() {
    let update = store()
        .update(Order::key("o1"))
        .set(|o| o.stock.subtract(3))
        .when(|o| o.paid.eq(true) | o.stock.ge(3));
    let preview = update.preview().expect("an update");
    assert_eq!(
        preview.condition(),
        Some("attribute_exists(#pk) AND #stock >= :stock AND (#paid = :paid OR #stock >= :stock)")
    );
}

#[test]
fn or_create_gives_every_attribute_a_default() {
    let update = store()
        .update(Order::key("o1"))
        .set(|o| (o.stock.add(3), o.status.to(Status::Held)))
        .or_create(order());
    let preview = update.preview().expect("an update");
    let text = preview.update().expect("an update");
    // Relative actions start from the default, what is set needs none, and nothing guards against a new item.
    assert!(
        text.starts_with(
            "SET #stock = if_not_exists(#stock, :stock_2) + :stock_3, #status = :status, "
        ),
        "{text}"
    );
    assert!(
        text.contains("#name = if_not_exists(#name, :name)"),
        "{text}"
    );
    assert!(!text.contains("#note"), "{text}");
    assert_eq!(preview.condition(), Some("NOT #stock > :stock"));
}
