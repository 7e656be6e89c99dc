//! The sensitive changes, before which people confirm their identity (S130).

/// A sensitive change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another role for an account.
    Role,
    /// Another user name for an account: it may be an account in an app.
    Username,
    /// A new account, or a new invitation for one.
    Invite,
    /// A link for setting a password.
    ResetLink,
    /// Deleting an account.
    Delete,
    /// Deleting several accounts.
    DeleteSeveral,
    /// Other groups for an account.
    Groups,
    /// Adding several accounts to groups.
    GroupsOfSeveral,
    /// A new group.
    GroupNew,
    /// Adding people to a group.
    GroupJoin,
    /// Deleting a group.
    GroupDelete,
    /// A new second factor.
    FactorNew,
    /// Removing a second factor.
    FactorRemove,
    /// New recovery codes.
    RecoveryNew,
    /// Removing all second factors of somebody else.
    FactorReset,
    /// A new machine token.
    TokenNew,
    /// A new signed link of an app.
    LinkNew,
    /// A new app.
    AppNew,
    /// Other settings for an app.
    App,
    /// Deleting an app.
    AppDelete,
    /// A new rule.
    RuleNew,
    /// Another rule in place of one.
    Rule,
    /// Deleting a rule.
    RuleDelete,
}

impl Change {
    pub(super) const ALL: [Self; 23] = [
        Self::Role,
        Self::Username,
        Self::Invite,
        Self::ResetLink,
        Self::Delete,
        Self::DeleteSeveral,
        Self::Groups,
        Self::GroupsOfSeveral,
        Self::GroupNew,
        Self::GroupJoin,
        Self::GroupDelete,
        Self::FactorNew,
        Self::FactorRemove,
        Self::RecoveryNew,
        Self::FactorReset,
        Self::TokenNew,
        Self::LinkNew,
        Self::AppNew,
        Self::App,
        Self::AppDelete,
        Self::RuleNew,
        Self::Rule,
        Self::RuleDelete,
    ];

    /// Whether the ID in the address is that of a group, not of an account.
    pub(super) const fn is_of_group(self) -> bool {
        matches!(self, Self::GroupJoin | Self::GroupDelete)
    }

    /// Whether the ID in the address is that of an app.
    pub(super) const fn is_of_app(self) -> bool {
        matches!(self, Self::LinkNew | Self::App | Self::AppDelete | Self::RuleNew | Self::Rule | Self::RuleDelete)
    }

    /// Whether it changes one's own second factors, which takes one that the account has (S126).
    pub(super) const fn is_of_own_factors(self) -> bool {
        matches!(self, Self::FactorNew | Self::FactorRemove | Self::RecoveryNew)
    }

    /// The key of the description of the change; `email`, `group`, `role` and `count` are its placeholders.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Role => "prove-role",
            Self::Username => "prove-username",
            Self::Invite => "prove-invite",
            Self::ResetLink => "prove-reset-link",
            Self::Delete => "prove-delete",
            Self::DeleteSeveral => "prove-delete-several",
            Self::Groups => "prove-groups",
            Self::GroupsOfSeveral => "prove-groups-of-several",
            Self::GroupNew => "prove-group-new",
            Self::GroupJoin => "prove-group-join",
            Self::GroupDelete => "prove-group-delete",
            Self::FactorNew => "prove-factor-new",
            Self::FactorRemove => "prove-factor-remove",
            Self::RecoveryNew => "prove-recovery-new",
            Self::FactorReset => "prove-factor-reset",
            Self::TokenNew => "prove-token-new",
            Self::LinkNew => "prove-link-new",
            Self::AppNew => "prove-app-new",
            Self::App => "prove-app",
            Self::AppDelete => "prove-app-delete",
            Self::RuleNew | Self::Rule => "prove-rule",
            Self::RuleDelete => "prove-rule-delete",
        }
    }
}
