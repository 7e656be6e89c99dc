//! Machine tokens: one's own, and for admins those of everybody.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::{Choice, Field, MessagePage, fault_of};
use crate::accounts::token_draft::TokenDraft;
use crate::accounts::{AccountError, Actor, FieldFault};
use crate::domain::access::Visitor;
use crate::domain::app_table::AppTable;
use crate::domain::cursor::Cursor;
use crate::domain::ids::{TokenId, UserId};
use crate::domain::machine_token::{MachineToken, TokenKind};
use crate::domain::rules::Circumstances;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::User;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::{Admin, Member};
use crate::http::page::{Layout, Menu, page};
use crate::http::{client_address, forms, settings};

const OWN: &str = "/_auth/account/tokens";
const ALL: &str = "/_auth/admin/tokens";
/// Rows of one page of the list.
const PAGE_ROWS: usize = 50;

struct TokenRow {
    token: MachineToken,
    owner: String,
    app: String,
    now: Timestamp,
}

impl TokenRow {
    fn is_link(&self) -> bool {
        self.token.kind == TokenKind::Link
    }

    fn is_over(&self) -> bool {
        self.token.expires_at <= self.now
    }
}

#[derive(Template)]
#[template(path = "pages/tokens.html")]
struct TokensPage {
    layout: Layout,
    now: Timestamp,
    csrf_token: String,
    of_everybody: bool,
    address: &'static str,
    /// The address by which the list is filtered.
    owner: String,
    tokens: Vec<TokenRow>,
    next: Option<Cursor>,
    fields: Vec<Field>,
    faults: Vec<FieldFault>,
}

impl TokensPage {
    fn fault_of(&self, name: &str) -> Option<String> {
        fault_of(&self.faults, name, &self.layout)
    }
}

/// Where the page begins in the list, and whose tokens it shows.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Query {
    before: String,
    owner: String,
}

/// A token as typed; `owner` counts on the page of the admins alone.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    owner: String,
    name: String,
    app: String,
    path: String,
    methods: String,
    networks: String,
    expires: String,
}

impl From<TokenForm> for TokenDraft {
    fn from(form: TokenForm) -> Self {
        let TokenForm { owner: _, name, app, path, methods, networks, expires } = form;
        Self { name, app, path, methods, networks, expires }
    }
}

/// Whose tokens a page is about, and who reads it.
struct Reader<'a> {
    who: &'a Visitor,
    menu: Menu,
    of_everybody: bool,
}

impl<'a> Reader<'a> {
    fn own(member: &'a Member) -> Self {
        Self { who: member.who(), menu: member.menu(), of_everybody: false }
    }

    fn all(admin: &'a Admin) -> Self {
        Self { who: admin.who(), menu: Menu::Admin, of_everybody: true }
    }

    const fn address(&self) -> &'static str {
        if self.of_everybody { ALL } else { OWN }
    }

    async fn page(
        &self,
        req: &HttpRequest,
        query: &Query,
        typed: &TokenForm,
        faults: Vec<FieldFault>,
    ) -> Result<HttpResponse, HttpError> {
        let accounts = settings::accounts(req);
        let now = accounts.clock().now();
        let loaded = accounts.apps().await?;
        let (found, more) = self.rows(req, query).await?;
        let next = found.last().filter(|_| more);
        let next = next.map(|(token, _)| Cursor { at: token.created_at, id: token.id.to_string() });
        let row = |(token, owner): (MachineToken, String)| {
            let app = loaded.table.app(&token.scope.app).map_or_else(String::new, |app| app.app().name.clone());
            TokenRow { token, owner, app, now }
        };
        let at = Circumstances { client: client_address::of(req).client, now };
        let content = TokensPage {
            layout: Layout::with_menu(req, "tokens-heading", self.menu),
            now,
            csrf_token: forms::token(req),
            of_everybody: self.of_everybody,
            address: self.address(),
            owner: query.owner.clone(),
            tokens: found.into_iter().map(row).collect(),
            next,
            fields: self.fields(typed, apps(&loaded.table, (!self.of_everybody).then_some(self.who), at)),
            faults,
        };
        let status = if content.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        Ok(page(status, &content))
    }

    /// The tokens of this page of the list with the addresses of their owners, and whether there are more.
    async fn rows(&self, req: &HttpRequest, query: &Query) -> Result<(Vec<(MachineToken, String)>, bool), HttpError> {
        let accounts = settings::accounts(req);
        let owner = match query.owner.trim() {
            _ if !self.of_everybody => self.who.user_id().cloned(),
            "" => None,
            typed => match accounts.user_by_email(typed).await {
                Ok(user) => Some(user.id),
                Err(AccountError::NotFound | AccountError::Rules(_)) => return Ok((Vec::new(), false)),
                Err(fault) => return Err(fault.into()),
            },
        };
        let limit = i64::try_from(PAGE_ROWS + 1).unwrap_or(i64::MAX);
        let mut found = accounts.list_tokens(owner, Cursor::parse(&query.before), limit).await?;
        let more = found.len() > PAGE_ROWS;
        found.truncate(PAGE_ROWS);
        Ok((found, more))
    }

    fn fields(&self, typed: &TokenForm, apps: Vec<Choice>) -> Vec<Field> {
        let owner = Field::word("owner", "token-owner", &typed.owner).with_hint(Text::new("token-owner-hint"));
        let rest = [
            Field::text("name", "name", &typed.name, "off").with_hint(Text::new("token-name-hint")),
            Field::choice("app", "token-field-app", &typed.app, apps),
            Field::word("path", "rule-path", &typed.path).with_hint(Text::new("token-path-hint")),
            Field::word("methods", "rule-methods", &typed.methods).with_hint(Text::new("token-methods-hint")),
            Field::lines("networks", "grant-networks", &typed.networks)
                .with_hint(Text::new("token-networks-hint"))
                .optional(),
            Field::word("expires", "token-expires", &typed.expires).with_hint(Text::new("token-expires-hint")),
        ];
        Some(owner).filter(|_| self.of_everybody).into_iter().chain(rest).collect()
    }

    /// Makes a token of `owner` and shows it this once, or the page again with what is wrong.
    async fn make(
        &self,
        req: &HttpRequest,
        owner: &User,
        typed: TokenForm,
        actor: &Actor,
    ) -> Result<HttpResponse, HttpError> {
        let accounts = settings::accounts(req);
        let from = Some(client_address::of(req).client).filter(|_| !self.of_everybody);
        let (token, plain) = match accounts.create_token(&owner.id, typed.clone().into(), from, actor).await {
            Ok(made) => made,
            Err(AccountError::Rules(faults)) => return self.page(req, &Query::default(), &typed, faults).await,
            Err(fault) => return Err(fault.into()),
        };
        let mut page = MessagePage::new(req, "token-made", self.menu);
        page.texts = vec![
            Text::new("token-made-what")
                .with("name", token.name)
                .with("email", owner.email.as_str())
                .with("moment", token.expires_at.exact_words()),
            Text::new("token-made-use"),
        ];
        page.label = "token-label";
        page.link = plain.expose();
        page.links = vec![(self.address(), "back-to-list")];
        Ok(page.answer(StatusCode::OK))
    }
}

/// The apps that can be chosen: those that `who` may enter, or all.
fn apps(table: &AppTable, who: Option<&Visitor>, at: Circumstances) -> Vec<Choice> {
    let open = table.apps().iter().filter(|app| match who {
        Some(who) => app.app().enabled && app.may_enter(who, at),
        None => true,
    });
    let choice = |id: &str, name: &str| Choice {
        value: id.to_owned().into(),
        label: Text::new("token-app-choice").with("app", name),
        language: None,
    };
    open.map(|app| choice(app.app().id.as_str(), &app.app().name)).collect()
}

/// One's own tokens, and the form for a new one.
pub async fn own(member: Member, req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    Reader::own(&member).page(&req, &query, &TokenForm::default(), Vec::new()).await
}

/// Makes a token of one's own.
pub async fn create_own(
    member: Member,
    req: HttpRequest,
    Checked(typed): Checked<TokenForm>,
) -> Result<HttpResponse, HttpError> {
    let user = settings::accounts(&req).user(owner_of(&member)?).await?;
    Reader::own(&member).make(&req, &user, typed, &actor(&member, &req)).await
}

/// Revokes a token of one's own.
pub async fn revoke_own(member: Member, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let owner = Some(owner_of(&member)?);
    settings::accounts(&req).revoke_token(&parse(&id)?, owner, &actor(&member, &req)).await?;
    Ok(Flash::TokenRevoked.at(OWN))
}

/// Everybody's tokens, and the form for a new one.
pub async fn all(admin: Admin, req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    let typed = TokenForm { owner: query.owner.clone(), ..TokenForm::default() };
    Reader::all(&admin).page(&req, &query, &typed, Vec::new()).await
}

/// Makes a token of somebody.
pub async fn create(
    admin: Admin,
    req: HttpRequest,
    Checked(typed): Checked<TokenForm>,
) -> Result<HttpResponse, HttpError> {
    let reader = Reader::all(&admin);
    match settings::accounts(&req).user_by_email(typed.owner.trim()).await {
        Ok(owner) => reader.make(&req, &owner, typed, &admin.actor(&req)).await,
        Err(AccountError::NotFound | AccountError::Rules(_)) => {
            let unknown = Text::new("grant-person-unknown").with("email", typed.owner.trim());
            reader.page(&req, &Query::default(), &typed, vec![FieldFault::new("owner", unknown)]).await
        }
        Err(fault) => Err(fault.into()),
    }
}

/// Revokes any token.
pub async fn revoke(admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    settings::accounts(&req).revoke_token(&parse(&id)?, None, &admin.actor(&req)).await?;
    Ok(Flash::TokenRevoked.at(ALL))
}

fn parse(id: &str) -> Result<TokenId, HttpError> {
    TokenId::parse(id).ok_or(HttpError::NotFound)
}

fn owner_of(member: &Member) -> Result<&UserId, HttpError> {
    member.who().user_id().ok_or(HttpError::NotFound)
}

fn actor(member: &Member, req: &HttpRequest) -> Actor {
    Actor { name: member.who().name().to_owned(), source: client_address::of(req).client.to_string() }
}
