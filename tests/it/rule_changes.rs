//! Changes of rules, groups and memberships are in force on every node when they are answered (S115).

use futures_util::StreamExt;

use super::support::app_pages::{self, RuleForm};
use super::support::client::Client;
use super::support::hammer::{self, Grants};
use super::support::nodes::Nodes;
use super::support::people;
use super::support::{page, wait};

const ADA: &str = "ada@example.org";
const APP: &str = "/_auth/admin/apps/default";
const STAFF: &str = "/_auth/admin/groups/staff";

/// A change that shuts out somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    PublicToNobody,
    PublicRuleDeleted,
    OtherGroup,
    MemberRemoved,
    GroupDeleted,
}

impl Change {
    const ALL: [Self; 5] =
        [Self::PublicToNobody, Self::OtherGroup, Self::MemberRemoved, Self::PublicRuleDeleted, Self::GroupDeleted];

    /// The rule before it.
    fn rule(self) -> RuleForm<'static> {
        match self {
            Self::PublicToNobody | Self::PublicRuleDeleted => {
                RuleForm { path: "/", who: "public", ..RuleForm::default() }
            }
            Self::OtherGroup | Self::MemberRemoved | Self::GroupDeleted => {
                RuleForm { path: "/", who: "members", groups: "staff", ..RuleForm::default() }
            }
        }
    }
}

/// Three nodes with one rule for everything, an admin who uses each node in turn, and Ada, who is in the group staff.
struct Site {
    nodes: Nodes,
    owners: Vec<Client>,
    turn: usize,
    ada: Client,
    /// The form that takes Ada out of the group.
    removal: String,
}

impl Site {
    async fn start() -> Option<Self> {
        let nodes = Nodes::start(3, false).await?;
        let mut owner = nodes.owner().await;
        let (ada, user) = people::member(&nodes.apps[0], &mut owner, ADA, "user").await;
        let removal = format!("{STAFF}/members/{}/remove", user.rsplit('/').next().unwrap());
        for group in ["staff", "others"] {
            app_pages::create_group(&mut owner, group).await;
        }
        app_pages::join(&mut owner, "staff", ADA).await;
        let owners = (0..3).map(|number| nodes.at(number, &owner)).collect();
        Some(Self { nodes, owners, turn: 0, ada, removal })
    }

    /// The admin, at the next node.
    fn owner(&mut self) -> &mut Client {
        self.turn += 1;
        &mut self.owners[self.turn % 3]
    }

    /// Those who are let in before the change and not after it, at every node.
    fn concerned(&self, change: Change) -> Vec<Client> {
        let nobody = Client::new(self.nodes.apps[0].address, &self.nodes.apps[0].app_url);
        let visitors = match change {
            Change::PublicToNobody => vec![&nobody, &self.ada],
            Change::PublicRuleDeleted => vec![&nobody],
            Change::OtherGroup | Change::MemberRemoved | Change::GroupDeleted => vec![&self.ada],
        };
        visitors.into_iter().flat_map(|visitor| (0..3).map(|number| self.nodes.at(number, visitor))).collect()
    }

    /// The address of the only rule.
    async fn rule(&mut self) -> Option<String> {
        let html = self.owner().get(APP).await.text();
        page::data(&html, "rule-id").map(|id| format!("{APP}/rules/{id}"))
    }

    /// Makes the change on the pages of one node.
    async fn make(&mut self, change: Change) {
        let rule = self.rule().await.unwrap();
        let removal = self.removal.clone();
        let (page, form, fields) = match change {
            Change::PublicToNobody => (rule.clone(), rule, vec![("path", "/"), ("who", "nobody")]),
            Change::OtherGroup => (rule.clone(), rule, vec![("path", "/"), ("who", "members"), ("groups", "others")]),
            Change::MemberRemoved => (STAFF.to_owned(), removal, Vec::new()),
            Change::PublicRuleDeleted => (format!("{rule}/delete"), format!("{rule}/delete"), Vec::new()),
            Change::GroupDeleted => (format!("{STAFF}/delete"), format!("{STAFF}/delete"), Vec::new()),
        };
        let answer = self.owner().submit(&page, &form, &fields).await;
        assert_eq!(answer.status, 303, "{change:?}: {}", answer.text());
    }

    /// As it was before the change; the rule is gone.
    async fn undo(&mut self, change: Change) {
        if change == Change::GroupDeleted {
            app_pages::create_group(self.owner(), "staff").await;
        }
        if matches!(change, Change::GroupDeleted | Change::MemberRemoved) {
            app_pages::join(self.owner(), "staff", ADA).await;
        }
        if let Some(rule) = self.rule().await {
            let delete = format!("{rule}/delete");
            assert_eq!(self.owner().submit(&delete, &delete, &[]).await.status, 303);
        }
    }

    /// Lets everybody in whom the change will shut out; they are, at once and on every node.
    async fn let_in(&mut self, change: Change) -> Vec<Client> {
        app_pages::add_rule(self.owner(), APP, change.rule()).await;
        let mut concerned = self.concerned(change);
        for client in &mut concerned {
            assert_eq!(client.fetch("/page").await.status, 200, "{change:?}: a new rule is not in force on a node");
        }
        concerned
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s115_no_node_lets_anybody_in_by_an_old_rule_or_membership_after_the_answer() {
    let Some(mut site) = Site::start().await else { return };
    let mut grants = Grants::default();
    for _ in 0..hammer::tries(30).div_ceil(Change::ALL.len()) {
        for change in Change::ALL {
            let mut concerned = site.let_in(change).await;
            let origin = site.nodes.apps[0].app_url.clone();
            let mut sockets = Vec::new();
            for client in &concerned {
                sockets.push(client.web_socket("/ws", &origin).await.unwrap());
            }
            grants.until(concerned.clone(), "/page", async || site.make(change).await).await;
            for client in &mut concerned {
                assert_ne!(client.fetch("/page").await.status, 200, "{change:?}");
            }
            for mut socket in sockets {
                wait::in_time("an open socket to be cut", async { while let Some(Ok(_)) = socket.next().await {} })
                    .await;
            }
            site.undo(change).await;
        }
    }
    grants.report("changes of rules, groups and memberships");
    assert_eq!(grants.wrong, 0);
}
