//! Derives as guests in a strict house: no prelude, names of the user's that shadow, lints that are errors, and structs
//! that a macro of the user's writes.

/// Nothing is in scope that is not named here.
#[no_implicit_prelude]
#[deny(warnings)]
pub mod without_a_prelude {
    use ::dynacond::{AttributeType, Document, Versioned};
    use ::serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, AttributeType)]
    pub enum Status {
        Open,
        Closed,
    }
    #[derive(Serialize, Deserialize, AttributeType)]
    pub struct Name(pub ::std::string::String);
    #[derive(Serialize, Deserialize, AttributeType)]
    pub enum Way {
        Call(Name),
        Visit { ward: u32 },
    }
    #[derive(Serialize, Deserialize, Document)]
    pub struct Part {
        #[dynacond(sensitive)]
        pub name: Name,
        #[serde(with = "::serde_dynamo::string_set")]
        pub tags: ::std::collections::HashSet<::std::string::String>,
    }
    #[derive(Serialize, Deserialize, Versioned)]
    #[dynacond(table = "t", partition_key(name = "pk", value = "order#{id}"))]
    pub struct Order<T> {
        pub id: ::std::string::String,
        #[dynacond(version)]
        pub version: ::std::option::Option<u64>,
        pub status: Status,
        pub way: Way,
        pub part: Part,
        pub parts: ::std::vec::Vec<T>,
        #[dynacond(stored_as = "N")]
        pub count: u32,
        #[serde(flatten)]
        pub rest: ::std::collections::HashMap<::std::string::String, u32>,
    }
}

/// Modules and types of the user's, under names that generated code might mean.
#[deny(warnings)]
pub mod shadowed {
    use dynacond::{AttributeType, Document, Versioned};
    use serde::{Deserialize, Serialize};

    pub mod diagnostic {}
    pub mod core {}
    pub mod std {}
    pub mod rustfmt {}
    pub struct Option;
    pub struct Result;
    pub struct Some;
    pub struct Seen;

    #[derive(Serialize, Deserialize, AttributeType)]
    pub enum Status {
        Open,
        Closed,
    }
    #[derive(Serialize, Deserialize, Document)]
    pub struct Part {
        pub name: String,
    }
    #[derive(Serialize, Deserialize, Versioned)]
    #[dynacond(table = "t")]
    pub struct Order {
        #[dynacond(partition_key)]
        pub id: String,
        pub status: Status,
        pub part: Part,
        #[serde(with = "serde_dynamo::string_set")]
        pub tags: ::std::collections::HashSet<String>,
    }
}

/// The fields are the macro's own, so the lints see code that somebody wrote.
#[deny(warnings, dead_code)]
pub mod from_a_macro {
    use dynacond::{AttributeType, Document, Versioned};
    use serde::{Deserialize, Serialize};

    macro_rules! tables {
        ($($table:ident: $name:literal),+) => { $(
            #[derive(Serialize, Deserialize, Versioned)]
            #[dynacond(table = $name)]
            pub struct $table {
                #[dynacond(partition_key)]
                pub id: String,
                pub count: u32,
                pub address: Address,
                #[serde(with = "serde_dynamo::string_set")]
                pub tags: std::collections::HashSet<String>,
            }
        )+ };
    }
    macro_rules! address {
        () => {
            #[derive(Serialize, Deserialize, AttributeType)]
            pub struct City(String);
            #[derive(Serialize, Deserialize, Document)]
            pub struct Address {
                pub city: City,
                pub number: u32,
            }
        };
    }
    address!();
    tables!(Orders: "orders");

    mod private {
        use super::{Deserialize, Document, Serialize, Versioned};

        macro_rules! model {
            ($name:ident { $($field:ident: $ty:ty),+ }) => {
                #[derive(Serialize, Deserialize, Document)]
                pub(super) struct Inner {
                    street: String,
                }
                #[derive(Serialize, Deserialize, Versioned)]
                #[dynacond(table = "private")]
                pub(super) struct $name {
                    #[dynacond(partition_key)]
                    id: String,
                    unread: Inner,
                    $($field: $ty,)+
                }
            };
        }
        model!(Private {
            count: u32,
            name: String
        });
    }

    /// The structs are used, and none of their attributes is.
    pub(crate) fn used() -> [&'static str; 2] {
        let city = City("Lyon".into());
        let orders = Orders {
            id: "o1".into(),
            count: 1,
            address: Address { city, number: 1 },
            tags: std::collections::HashSet::new(),
        };
        drop(orders);
        [
            <Orders as Versioned>::MODEL.name,
            <private::Private as Versioned>::MODEL.name,
        ]
    }
}

#[test]
fn derives_compile_without_a_warning_in_strict_houses() {
    use dynacond::Versioned as _;
    assert_eq!(from_a_macro::used(), ["Orders", "Private"]);
    assert_eq!(shadowed::Order::MODEL.name, "Order");
    assert_eq!(without_a_prelude::Order::<u32>::MODEL.name, "Order");
}
