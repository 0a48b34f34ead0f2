"""To and fro: a customer's mail program, Postfix, Dovecot, Kindred, and back."""

import asyncio

from tests.acceptance_mail.desk import Desk, mail, posted

ADA = "ada@customer.example"


async def test_a_question_becomes_a_case_and_its_answer_threads_in_the_customers_mailbox(desk: Desk) -> None:
    """The inbox looks at its mailbox once an hour: what comes sooner, IDLE has told of."""
    desk.post.add(ADA)
    await desk.inbox("support@desk.example")
    question = mail(ADA, "support@desk.example", "Lamp 4821", References="<earlier@customer.example>")
    await posted(desk.post, question, "support@desk.example")
    case = await desk.one_case()
    assert (case["title"], case["customer"]["name"]) == ("Lamp 4821", "Ada Quist")

    first = await desk.reply(case, "Good morning Ada,\n\nit is on its way.")
    await desk.comes_to(first, "sent")
    [answer] = await asyncio.to_thread(desk.post.comes_to, ADA)
    ours, theirs = str(answer["Message-ID"]), str(question["Message-ID"])
    assert (answer["Subject"], answer["In-Reply-To"]) == ("Re: Lamp 4821", theirs)
    assert ADA in str(answer["To"])
    assert str(answer["References"]).split() == ["<earlier@customer.example>", theirs]
    assert str(answer["Reply-To"]).startswith("support+c")
    body = answer.get_body(("plain",))
    assert body is not None
    assert "it is on its way." in body.get_content()
    assert "> where is my lamp?" in body.get_content()

    thanks = mail(ADA, str(answer["Reply-To"]), "Re: Lamp 4821", "Thank you!\n", In_Reply_To=ours, References=f"{answer['References']} {ours}")
    await posted(desk.post, thanks, str(answer["Reply-To"]))
    messages = await desk.until(lambda: desk.messages(case), lambda found: len(found) == 3)
    assert [message["text"].strip() for message in messages][1:] == ["Good morning Ada,\n\nit is on its way.", "Thank you!"]
    assert len({message["conversation_id"] for message in messages}) == 1
    [again] = await desk.cases()
    assert (again["id"], again["status"]) == (case["id"], "open")

    second = await desk.reply(case, "Gladly.")
    await desk.comes_to(second, "sent")
    [_, last] = await asyncio.to_thread(desk.post.comes_to, ADA, 2)
    assert last["In-Reply-To"] == thanks["Message-ID"]
    assert str(last["References"]).split() == ["<earlier@customer.example>", theirs, ours, str(thanks["Message-ID"])]


async def test_an_answer_without_its_plus_part_threads_by_its_references(desk: Desk) -> None:
    """Programs that answer From instead of Reply-To, and servers that drop what they do not know."""
    desk.post.add("bea@customer.example")
    await desk.inbox("sales@desk.example")
    await posted(desk.post, mail("bea@customer.example", "sales@desk.example", "A lamp"), "sales@desk.example")
    case = await desk.one_case()
    await desk.reply(case, "Which one?")
    [answer] = await asyncio.to_thread(desk.post.comes_to, "bea@customer.example")
    ours = str(answer["Message-ID"])
    await posted(desk.post, mail("bea@customer.example", "sales@desk.example", "Quite another subject", In_Reply_To=ours), "sales@desk.example")
    messages = await desk.until(lambda: desk.messages(case), lambda found: len(found) == 3)
    assert len({message["conversation_id"] for message in messages}) == 1


async def test_an_answer_by_machine_is_kept_and_the_case_goes_on_waiting(desk: Desk) -> None:
    """Sieve's vacation, as Dovecot sends it: no answer of ours follows, and the case stays with the customer."""
    away = "away@customer.example"
    desk.post.add(away)
    desk.post.answer_by_itself(away, 'require ["vacation"];\nvacation :addresses ["away@customer.example"] :subject "Away" "I am at sea until May.";\n')
    await desk.inbox("orders@desk.example")
    await posted(desk.post, mail(away, "orders@desk.example", "An order"), "orders@desk.example")
    case = await desk.one_case()
    await desk.comes_to(await desk.reply(case, "Here it comes."), "sent")
    messages = await desk.until(lambda: desk.messages(case), lambda found: len(found) == 3)
    assert "at sea" in messages[2]["text"]
    [waiting] = await desk.cases()
    assert (waiting["id"], waiting["status"]) == (case["id"], "pending")
