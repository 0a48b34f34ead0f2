"""The new part of an answer, its signature and the history below it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.quoting import Split, split
from tests.channels.email.introductions import BLOCKS, INTRODUCTIONS, INTRODUCTIONS_OF_MARKED

NEW = "Yes, Tuesday suits me."
OLD = "Shall we bring it on Tuesday?"


def marked(text: str, mark: str = "> ") -> str:
    """Return a text as mail programs quote it."""
    return "\n".join(f"{mark}{line}" for line in text.split("\n"))


class TestIntroductions:
    @pytest.mark.parametrize("introduction", [*INTRODUCTIONS, *INTRODUCTIONS_OF_MARKED])
    def test_above_marked_history(self, introduction: str) -> None:
        history = f"{introduction}\n\n{marked(OLD)}"
        assert split(f"{NEW}\n\n{history}\n") == Split(reply=NEW, quoted=history)

    @pytest.mark.parametrize("introduction", INTRODUCTIONS)
    def test_above_unmarked_history(self, introduction: str) -> None:
        assert split(f"{NEW}\n\n{introduction}\n\n{OLD}\n") == Split(reply=NEW, quoted=f"{introduction}\n\n{OLD}")

    @pytest.mark.parametrize("introduction", INTRODUCTIONS)
    def test_without_a_blank_line_above(self, introduction: str) -> None:
        said = split(f"{NEW}\nThanks, Ada\n{introduction}\n{marked(OLD)}\n")
        assert said == Split(reply=f"{NEW}\nThanks, Ada", quoted=f"{introduction}\n{marked(OLD)}")

    @pytest.mark.parametrize("introduction", INTRODUCTIONS)
    def test_answered_below(self, introduction: str) -> None:
        assert split(f"{introduction}\n{marked(OLD)}\n\n{NEW}\n") == Split(reply=NEW, quoted=f"{introduction}\n{marked(OLD)}")

    @pytest.mark.parametrize("introduction", INTRODUCTIONS)
    def test_answered_between_the_lines(self, introduction: str) -> None:
        text = f"See below.\n\n{introduction}\n{marked('Which lamp?')}\n\nThe red one.\n\n{marked('Where?')}\n\nAt home."
        assert split(text) == Split(reply=text)

    @pytest.mark.parametrize("introduction", [written for written in INTRODUCTIONS if "\n" not in str(written.values[0])])
    def test_wrapped_anywhere(self, introduction: str) -> None:
        """Programs break lines at 60 letters and more; some break the quoted line again."""
        for place in (place for place, sign in enumerate(introduction) if sign == " " and place >= 38):
            history = f"{introduction[:place]}\n{introduction[place + 1 :]}\n\n{marked(OLD)}"
            assert split(f"{NEW}\n\n{history}") == Split(reply=NEW, quoted=history)

    @pytest.mark.parametrize("block", BLOCKS)
    def test_block(self, block: str) -> None:
        said = split(f"{NEW}\n\nAda\n\n{block}\n\n{OLD}\n")
        assert said.reply == f"{NEW}\n\nAda"
        assert said.quoted == f"{block}\n\n{OLD}"

    @pytest.mark.parametrize("block", BLOCKS)
    def test_block_directly_below(self, block: str) -> None:
        assert split(f"{NEW}\n{block}\n\n{OLD}\n").reply == NEW


class TestSplit:
    @pytest.mark.parametrize(
        ("text", "new"),
        [
            pytest.param(f"{NEW}\n\n{marked(OLD)}", NEW, id="marks alone"),
            pytest.param(f":)\n\nOn 11 Mar 2026, at 09:00, Desk wrote:\n{marked(OLD)}", ":)", id="a smile"),
            pytest.param(f"👍\n\nOn 11 Mar 2026, at 09:00, Desk wrote:\n\n{OLD}", "👍", id="a thumb"),
            pytest.param(f"?\n\nOn 11 Mar 2026, at 09:00, Desk wrote:\n\n{OLD}", "?", id="a question mark"),
            pytest.param(f"{NEW}\n\n> On 11 Mar 2026, Desk wrote:\n> \n> {OLD}", NEW, id="the introduction quoted too"),
            pytest.param(f"{NEW}\n\n\ufeff> On 11 Mar 2026, Desk wrote:\n> {OLD}", NEW, id="an unseen sign before the mark"),
            pytest.param(f"On 11 Mar 2026, Desk wrote:\n\n{marked(OLD)}\n\n{NEW}", NEW, id="answered below"),
            pytest.param(f"{marked(OLD)}\n\n{NEW}", NEW, id="answered below marks alone"),
            pytest.param(f"{NEW}\n\nDesk of the Lamps\n<support@desk.example.com> wrote on 11.03.2026:\n{OLD}", NEW, id="a name on a line of its own"),
            pytest.param(f"{NEW}\n\n---\nOn 11 Mar 2026, at 09:00, Desk wrote:\n{marked(OLD)}", NEW, id="a short rule above"),
            pytest.param(f"{NEW}\n\n\u1427\n\nOn 11 Mar 2026, at 09:00, Desk wrote:\n{marked(OLD)}", NEW, id="a tracker's sign"),
            pytest.param(f"{NEW}\n\n>----Messaggio originale----\n>Da: desk@example.com\n>Data: 11/03/2026\n>\n>{OLD}", NEW, id="a block of marks"),
            pytest.param(f"{NEW}\n\nOn 11 Mar 2026, Desk wrote:\n{marked(OLD)}\n\nRegards, Ada", f"{NEW}\n\n\nRegards, Ada", id="around the quote"),
            pytest.param(f"{NEW}\n\nOn 11 Mar 2026, Desk wrote:\n> a line that was\nwrapped on its way\n> and more", NEW, id="a line that lost its mark"),
            pytest.param(f"{NEW}\n\nOn 11 Mar 2026, Desk wrote:\n> see\n(http://example.com/x)\n> that", NEW, id="a link that lost its mark"),
            pytest.param(f"{NEW}\n\n{marked(OLD)}\n\n-- \nfriends mailing list", NEW, id="a list's footer"),
            pytest.param(f"{NEW} On Wed, Mar 11, 2026 at 9:00 AM, desk@example.com wrote:\n{marked(OLD)}", NEW, id="on the answer's own line"),
            pytest.param(f"{NEW}\n\nOn 11 Mar 2026, at 09:00, Desk wrote:\n{marked(OLD, 'AQ> ')}\n{marked(OLD, 'AQ> ')}", NEW, id="marked with initials"),
            pytest.param(f"{NEW}\n\nOn 11 Mar 2026, at 09:00, Desk wrote:\n{marked(OLD, '| ')}\n{marked(OLD, '| ')}\n", NEW, id="marked with bars"),
            pytest.param(f"{NEW}\n\n>>> Desk <support@desk.example.com> 3/11/2026 9:00 AM >>>\n{OLD}", NEW, id="GroupWise"),
            pytest.param(f"I can come on Monday\nOn Wed, Mar 11, 2026 at 9:00 AM Desk <d@e.example> wrote:\n{OLD}", "I can come on Monday", id="no gap"),
            pytest.param(f"On Monday I can come\n\nOn 11 Mar 2026, at 09:00, Desk wrote:\n{OLD}", "On Monday I can come", id="the answer begins with On"),
            pytest.param(
                f"It is <4711>, ada@example.com\n\nOn 11 Mar 2026, at 09:00, Desk wrote:\n{OLD}", "It is <4711>, ada@example.com", id="an address above"
            ),
            pytest.param(f"Write to a@b.example\nOn 11 Mar 2026, at 09:00, Desk wrote:\n{OLD}", "Write to a@b.example", id="an address directly above"),
            pytest.param(f"Date: tomorrow\n\nok?\n\nFrom: D <d@e.example>\nSent: today\nTo: A\n\n{OLD}", "Date: tomorrow\n\nok?", id="a header's word above"),
            pytest.param(f"{NEW}\n\n  On Wed, Mar 11, 2026 at 9:00 AM, Desk<d@e.example> wrote:   {OLD} {'word ' * 300}", NEW, id="Yahoo's single line"),
            pytest.param(f"{NEW}\n\nAm Mittwoch, 11. März 2026 um 09:00 hat Desk <d@e.example> Folgendes geschrieben:  {OLD}", NEW, id="Yahoo's German line"),
            pytest.param(f"{NEW}\n\n2014/4/7 Desk <support@desk.example.com>\n\n{OLD}", NEW, id="Gmail of old without a colon"),
            pytest.param(f"Am Montag gern\nAm 11.03.2026 um 09:00 schrieb Desk:\n{OLD}", "Am Montag gern", id="the answer begins with Am"),
            pytest.param(
                f"{NEW}\n\nOn 11 Mar 2026, D wrote:\n> x\n\nOn 10 Mar 2026, at 09:00, Ada <a@b.example> wrote:\n\n{OLD}", NEW, id="older history unmarked"
            ),
            pytest.param(f"{NEW}\n\nFrom: D <d@e.example>\nSent: today\nTo: A\n\n{OLD}\n\nOn 10 Mar 2026, Ada wrote:\n> a", NEW, id="older history marked"),
            pytest.param(
                f"{NEW}\n\n-----Original Message-----\n\nFYI\n\n---------- Forwarded message ----------\nFrom: x@y.example", NEW, id="a forward in it"
            ),
            pytest.param(f"Ada Quist\n020-7946 0112\n\nOn Wed, 11 Mar 2026 at 09:00, D <d@e.example> wrote:\n{OLD}", "Ada Quist\n020-7946 0112", id="a number"),
            pytest.param(f"Ada\n20 7946 0112\n\nOn Wed, 11 Mar 2026 at 09:00, D <d@e.example> wrote:\n{OLD}", "Ada\n20 7946 0112", id="a spaced number"),
        ],
    )
    def test_gives_the_new_part(self, text: str, new: str) -> None:
        assert split(text).reply == new

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(NEW, id="nothing quoted"),
            pytest.param("", id="nothing at all"),
            pytest.param(f"FYI\n\n---------- Forwarded message ---------\nFrom: Bo <bo@example.org>\nDate: Tue\nSubject: Lamp\n\n{OLD}", id="a forward"),
            pytest.param(f"Begin forwarded message:\n\nFrom: Bo <bo@example.org>\nSubject: Lamp\nDate: Tue\n\n{OLD}", id="Apple's forward"),
            pytest.param(f"On 11 Mar 2026, Desk wrote:\n{marked(OLD)}", id="nothing new"),
            pytest.param("Visit us\n>>> http://www.example.com <<<\nand click", id="arrows"),
            pytest.param("This is what I see:\n\n>>> import lamp\n>>> lamp.on()", id="a Python prompt"),
            pytest.param("I get this error:\n> lamp: not found", id="a citation below its sentence"),
            pytest.param("I ran\n\n$ cat a > b\n$ lamp -v\n", id="a shell"),
            pytest.param("On Monday I wrote:\nplease call me. And nobody did.", id="a sentence"),
            pytest.param("On Monday we wrote:\n\nplease call us.", id="a sentence with a gap"),
            pytest.param("On 11 March 2026 at 10:15 I wrote:\nplease call me. And nobody did.", id="a sentence with a date"),
            pytest.param("Am 11.03.2026 um 10:15 schrieb ich:\nBitte rufen Sie an.", id="a German sentence with a date"),
            pytest.param("Le 11/03/2026 à 10:15 nous avons écrit :\nrappelez-nous.", id="a French sentence with a date"),
            pytest.param("On 11.03.2026 the parcel of 12.03.2026 was sent:\nwhere is it?", id="a parcel"),
            pytest.param("My order of 11.03.2026 contains:\n- a lamp\n- a plug", id="a dated list"),
            pytest.param("Please write to Ada <ada@example.com> about:\n- the lamp", id="an address and a list"),
            pytest.param("My trip:\nFrom: London\nTo: Paris\nDate: 3 May\nPlease change it.", id="a journey"),
            pytest.param("Von: Berlin\nNach: Rom\nDatum: 11.03.2026\nBitte umbuchen.", id="a German journey"),
            pytest.param("The interview:\n\nDate: Wednesday 3, October\nTime: 7 am\nAddress: 130 Fox St", id="an appointment"),
            pytest.param("Subject: maths\nTo: be decided\nDate: none", id="words before colons"),
            pytest.param("Please fill in:\n\n------ Enter Feedback Below ------\n\nIt was good.", id="a form"),
            pytest.param("Items\n-----\nlamp  2\nplug  3\n-----\nsum   5\n=====\n", id="a table of dashes"),
            pytest.param("| lamp | 2 |\n|------|---|\n| plug | 3 |", id="a table of bars"),
            pytest.param("+------+---+\n| lamp | 2 |\n+------+---+", id="a framed table"),
            pytest.param(" /\\_/\\\n( o.o )\n > ^ <\n\nthat is my cat, is it not?", id="a cat"),
            pytest.param(
                f"I got this mail:\n\nFrom: Bo <bo@example.org>\nSubject: You won\nDate: 11 March 2026\n\n{OLD}\n\nIs it yours?", id="a mail that is shown"
            ),
            pytest.param(f"Please see my answers in red.\n\nFrom: D <d@e.example>\nSent: today\nTo: A\n\n{OLD} Yes.", id="answers in red"),
            pytest.param(f"My comments are inline.\n\nOn 11 Mar 2026, at 09:00, Desk <d@e.example> wrote:\n\n{OLD} Yes.", id="answers inline"),
            pytest.param(f"Antworten im Text in rot.\n\nVon: D\nGesendet: heute\nAn: A\nBetreff: L\n\n{OLD} Ja.", id="answers in red, German"),
            pytest.param("On 11.03.2026 at 09:00 I typed:\n> lamp on\n> lamp off\n\nand nothing happened.", id="what the writer typed"),
            pytest.param("Hello.\n\nOn 11 March 2026 ada@example.com wrote: it is off. And then it was on.", id="a sentence that runs on"),
            pytest.param("2026-03-11 Ada Quist <ada@example.com>\n\t* lamp.py: off\n\n2026-03-10 Bo <bo@example.com>\n\t* plug.py: on", id="a change log"),
            pytest.param("As Shakespeare wrote:\nall the world's a stage.", id="somebody else wrote"),
            pytest.param("The options are:\n* red: 12.03.2026\n* blue: 13.03.2026", id="dated options"),
            pytest.param("12:30: lamp off\n12:45: lamp on\n13:00: lamp off", id="a log"),
            pytest.param("2026-03-11 09:00:00 ERROR lamp: off\n2026-03-11 09:00:01 INFO lamp: on", id="a program's log"),
            pytest.param("if (a > b) {\n  return a;\n}\n> is greater", id="code"),
            pytest.param("diff:\n--- a/lamp.py\n+++ b/lamp.py\n@@ -1,2 +1,2 @@\n-on\n+off", id="a patch"),
            pytest.param("Which line do you mean, the one that says reply above this line?", id="a line about the line"),
            pytest.param("Re: your question about the original message: it never came.", id="a sentence on the original message"),
            pytest.param("Dear all,\n\n> Which lamp?\n\nThe red one.\n\n> Where?\n\nAt home.", id="between the lines of bare marks"),
            pytest.param("They said\n\n> it was never bought here\n\nbut that is wrong.", id="a citation between"),
        ],
    )
    def test_leaves_whole_what_is_no_answer_above_a_history(self, text: str) -> None:
        assert split(text) == Split(reply=text)

    def test_reads_the_subject_before_it_takes_a_header_block_for_history(self) -> None:
        text = f"Please help her.\n\nVon: Bo <bo@example.org>\nGesendet: Dienstag\nAn: Desk\nBetreff: Lampe\n\n{OLD}"
        assert split(text, "WG: Lampe") == Split(reply=text)
        assert split(text, "AW: Lampe").reply == "Please help her."

    @given(text=st.text(alphabet=st.sampled_from(list(">:-_ \nOnFromwrote@<1.,Ж写|#")), max_size=300))
    @settings(max_examples=400, deadline=None)
    def test_loses_nothing(self, text: str) -> None:
        said = split(text)
        assert sorted("".join("".join((said.reply, said.signature or "", said.quoted or "")).split())) == sorted("".join(text.split()))
