"""Every page, and what is shown when one cannot be."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError

from campaigns.wording.catalogues import N_
from crm.feed.settling import NotSettled
from crm.scope import OutOfScope
from crm.web.api.problems import problem_response
from crm.web.desk.granting import MayOnlyBeRefused
from crm.web.guards import storage_failures
from crm.web.guards.site import site_of
from crm.web.guards.visit import (
    Awaited,
    FormStale,
    NotFound,
    SignInNeeded,
    any_visit,
    nobodys_visit,
)
from crm.web.pages import (
    account,
    accounts,
    activities,
    activity_lists,
    activity_plans,
    answering,
    archive,
    audit,
    backups,
    components,
    conflicts,
    consents,
    contracts,
    copy,
    copy_bases,
    copy_parts,
    copy_rows,
    dealers,
    deletion_files,
    disputes,
    earnings,
    event,
    event_again,
    events,
    follow_up_calls,
    follow_ups,
    funnel_differences,
    funnel_files,
    funnel_people,
    funnels,
    home,
    invitations,
    join,
    letter_batches,
    letter_people,
    letter_templates,
    letters,
    letters_under_way,
    log,
    log_expected,
    log_list,
    matching,
    member_acts,
    members,
    notices,
    own_consents,
    own_events,
    own_invitations,
    own_moves,
    own_rewards,
    own_today,
    passing_on,
    payment_files,
    people_lists,
    person_acts,
    policies,
    posters,
    reward_payments,
    rewards,
    rights,
    scan,
    search,
    second_factor,
    segment_tasks,
    sheets,
    sheets_back,
    sign_in,
    statements,
    status,
    tokens,
    transfers,
    walk_in,
    watch,
    webhooks,
)
from crm.web.view.region_typed import regions_said

PAGES = (
    *(sign_in, second_factor, account),
    *(
        home,
        search,
        walk_in,
        log,
        log_expected,
        log_list,
        scan,
        own_moves,
        own_events,
        own_today,
        sheets,
        sheets_back,
        activities,
        activity_lists,
        activity_plans,
        posters,
    ),
    *(
        invitations,
        people_lists,
        events,
        event,
        event_again,
        audit,
        archive,
        person_acts,
        follow_ups,
    ),
    follow_up_calls,
    *(notices, consents, conflicts, matching, rights, status),
    *(dealers, copy),
    *(copy_bases, copy_parts, deletion_files),
    *(contracts, passing_on, own_consents, copy_rows, own_invitations, answering),
    *(letter_batches, letters_under_way, letter_people, letter_templates, letters),
    *(watch, disputes, payment_files, reward_payments, rewards, policies, transfers),
    *(own_rewards, member_acts, members, earnings, statements),
    *(accounts, tokens, webhooks, join, components, backups),
    *(funnels, funnel_files, funnel_people, funnel_differences, segment_tasks),
)
_OPENS_BY_ITSELF = N_("已经收下，回执号在上面。一般几秒钟入档，这一页就自己打开。")
_IN_THE_COPY = N_("已经收下，回执号在上面。一般几秒钟就在你的副本里，这一页就自己打开。")
_BY_ACTIVITY = ("/activities/", "/log/", "/sheets/")
_ELSEWHERE = N_(
    "你只看得到负责地区（{places}）的活动：别处的打不开，也收不下为它写的。"
    "要管别处的活动，请总部在你的账号里加上那个地区；手机上还没发送的都留着，加上以后再发。"
)
_WHAT_HAPPENED = {
    400: (N_("这个请求看不懂"), N_("请回到上一页，再试一次。")),
    403: (N_("这里不对你开放"), N_("你的账号看不到这一页。需要的话请找总部开通。")),
    404: (N_("没有找到"), N_("地址可能抄漏了，或者内容已经移走。请从首页重新进入。")),
    405: (N_("这个请求看不懂"), N_("请回到上一页，再试一次。")),
    408: (N_("没有收完"), N_("网络太慢，这次没有收完。填好的内容还在，请再送一次。")),
    413: (N_("这次送来的太大了"), N_("请回到上一页，少填一些再送。")),
    409: (N_("这一页放得太久了"), N_("请返回上一页，刷新后再提交。填好的内容还在。")),
    503: (
        N_("数据库正忙，或没有应答"),
        N_("这次没有收下。已经收下的内容都还在。请过几秒再提交一次。"),
    ),
    507: (
        N_("磁盘满了，或者写不进去"),
        N_("这次没有收下。已经收下的内容都还在。请告诉管理员，之后再提交一次。"),
    ),
    500: (N_("刚才没有成功"), N_("已经收下的内容都还在。请过一会儿再试，还不行就找管理员。")),
}


def include(app: FastAPI) -> None:
    """Add the pages to the application; no description of the interface tells of them."""
    for module in PAGES:
        add(app, module.router, described=False)
    app.add_exception_handler(SignInNeeded, _ask_to_sign_in)
    app.add_exception_handler(FormStale, _say_stale)
    app.add_exception_handler(NotFound, _say_not_found)
    app.add_exception_handler(Awaited, _say_awaited)
    app.add_exception_handler(OutOfScope, _say_closed)
    app.add_exception_handler(MayOnlyBeRefused, _say_only_refused)
    app.add_exception_handler(NotSettled, _say_unsettled)
    # Without the first two, they would be logged as faults of the program.
    app.add_exception_handler(DBAPIError, _say_broken)
    app.add_exception_handler(OSError, _say_broken)
    app.add_exception_handler(Exception, _say_broken)


def add(app: FastAPI, router: APIRouter, *, described: bool) -> None:
    """Add routes as they are declared: `include_router` would analyse them anew for each
    application, when the first requests come."""
    for route in router.routes:
        assert isinstance(route, APIRoute)
        route.include_in_schema = route.include_in_schema and described
        app.router.routes.append(route)


def error_page(request: Request, status: int) -> Response:
    """What happened, and what to do now."""
    title, advice = _WHAT_HAPPENED.get(status, _WHAT_HAPPENED[400 if status < 500 else 500])
    visit = any_visit(request, site_of(request))
    context = {"title": visit.say(title), "advice": visit.say(advice)}
    return visit.render("error.html", context, status)


def broken_page(request: Request, status: int = 500) -> Response:
    """The same for what broke; it looks nobody up, as the database may be what is away."""
    title, advice = _WHAT_HAPPENED.get(status, _WHAT_HAPPENED[500])
    visit = nobodys_visit(request, site_of(request))
    said = {"title": visit.say(title), "advice": visit.say(advice)}
    try:
        page = visit.page("error.html", said)
    except Exception:
        # The template of every page may be what broke: the sentence needs none.
        page = f"<!doctype html><title>{said['title']}</title><p>{said['advice']}</p>"
    return HTMLResponse(page, status, storage_failures.headers_of(status))


def _ask_to_sign_in(request: Request, _error: Exception) -> Response:
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"signed_in": False}, 401)
    wanted = _wanted(request)
    unfinished = second_factor.to_unfinished(any_visit(request, site_of(request)), wanted)
    return unfinished or RedirectResponse(sign_in.with_way("/sign-in", wanted), 303)


def _wanted(request: Request) -> str:
    """The page that somebody asked for who has to sign in first."""
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"


def _say_stale(request: Request, _error: Exception) -> Response:
    if request.url.path == "/sign-in":
        return RedirectResponse("/sign-in", 303)
    return error_page(request, 409)


def _say_not_found(request: Request, _error: Exception) -> Response:
    visit, path = any_visit(request, site_of(request)), request.url.path
    if visit.just_said is not None and visit.just_said.is_pending:
        # What was said a moment ago is not recorded yet: its page will be here.
        advice = _IN_THE_COPY if path.startswith("/copy/") else _OPENS_BY_ITSELF
        context = {"title": visit.say(N_("正在入档")), "advice": visit.say(advice)}
        context["again"] = f"{path}?{request.url.query}"
        return visit.render("error.html", context, 202)
    within = visit.visitor.scope.regions if visit.visitor else ()
    if within and path.startswith(_BY_ACTIVITY):
        # Said in an alert, so that a form that waits on the phone is told why it cannot go.
        said = visit.say(_ELSEWHERE).format(places=regions_said(within, visit.say))
        told = {"title": visit.say(_WHAT_HAPPENED[404][0]), "advice": said}
        return visit.render("error.html", {**told, "is_alert": True}, 404)
    return error_page(request, 404)


def _say_awaited(request: Request, _error: Exception) -> Response:
    """What was written down on a phone comes later than its cards: these are sent again."""
    visit = any_visit(request, site_of(request))
    page = visit.render("awaited.html", {"title": visit.say(N_("这场活动还没有送到"))}, 503)
    page.headers.update(storage_failures.headers_of(503))
    return page


def _say_closed(request: Request, _error: Exception) -> Response:
    return error_page(request, 403)


def _say_only_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, MayOnlyBeRefused)
    visit = any_visit(request, site_of(request))
    return rights.shown(visit, error.request.request_id, str(error))


def _say_unsettled(request: Request, _error: Exception) -> Response:
    visit = any_visit(request, site_of(request))
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    again = path if request.method == "GET" else None
    return copy.unsettled_page(visit, visit.say(N_("请稍等")), again)


def _say_broken(request: Request, error: Exception) -> Response:
    status = storage_failures.status_of(error)
    if request.url.path.startswith(("/v1/", "/health")):
        headers = storage_failures.headers_of(status)
        return problem_response(status, storage_failures.DETAILS[status], headers)
    return broken_page(request, status)
