"""Every address × every kind of visitor, GET and POST, on rows that exist. The codes are written by hand.

302 to the log-in page for who is not signed in; 404 for what is not theirs; 403 for what their role may not; 405 where
the address takes no such request; 409 where a rule refuses; 200 to an empty POST is a form that says what is missing.
"""

import pytest
from django.db import transaction
from django.urls import reverse

from partnerportal.checks import OTHERS, views
from tests.access import visitors
from tests.web.test_sentences import DJANGO

pytestmark = pytest.mark.django_db

# anonymous, stranger, client_collaborator, client_legal, partner_collaborator, partner_legal, in_space, staff: GET/POST
MATRIX_TEXT = """
home:programme                      200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
home:start                          302/302  302/405  302/405  302/405  302/405  302/405  302/405  302/405
home:account                        302/302  200/405  200/405  200/405  200/405  200/405  200/405  403/403
home:partner                        302/302  404/404  404/404  404/404  200/405  200/405  404/404  404/404
home:eligibility                    302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
home:staff                          302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
home:help_index                     200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
home:help_page                      200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
home:promises                       200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
home:terms                          200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
home:privacy                        200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
home:health                         200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
home:ready                          200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
home:mail_list                      404/404  404/404  404/404  404/404  404/404  404/404  404/404  404/404
home:mail                           404/404  404/404  404/404  404/404  404/404  404/404  404/404  404/404
accounts:switch                     302/302  405/404  405/404  405/404  405/404  405/404  405/404  405/404
accounts:profile                    302/302  200/200  200/200  200/200  200/200  200/200  200/200  200/200
accounts:organisation_change        302/302  200/200  200/403  200/200  200/403  200/200  403/403  404/404
accounts:organisation_create        302/302  200/200  200/200  200/200  200/200  200/200  200/200  200/200
accounts:member_list                302/302  200/405  403/403  200/405  403/403  200/405  403/403  403/403
accounts:member_invite              302/302  200/200  403/403  200/200  403/403  200/200  403/403  403/403
accounts:member_change              302/302  404/404  403/403  200/200  404/404  404/404  404/404  404/404
accounts:member_remove              302/302  404/404  403/403  200/302  404/404  404/404  404/404  404/404
accounts:member_invitation_withdraw 302/302  404/404  403/403  200/302  404/404  404/404  404/404  404/404
accounts:confirmation_resend        200/200  200/200  200/200  200/200  200/200  200/200  200/200  200/200
accounts:invitation_welcome         302/405  302/405  302/405  302/405  302/405  302/405  302/405  302/405
accounts:invitation_accept          302/302  200/409  200/409  200/409  200/409  200/409  200/409  200/409
accounts:activity_list              302/302  200/405  403/403  200/405  403/403  200/405  403/403  403/403
accounts:staff_audit_list           302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
partners:apply                      200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
partners:application_status         302/302  404/404  404/404  404/404  404/404  404/404  404/404  404/404
partners:application_step           302/302  200/200  403/403  200/200  403/403  409/200  403/403  403/403
partners:perk                       302/302  404/404  404/404  404/404  200/405  200/405  404/404  404/404
partners:tender_mails               302/302  404/404  404/404  404/404  403/403  200/302  404/404  404/404
partners:leave                      302/302  404/404  404/404  404/404  403/403  200/200  404/404  404/404
partners:staff_application_list     302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
partners:staff_application_detail   302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
partners:staff_application_approve  302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/302
partners:staff_application_reject   302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
partners:staff_partner_list         302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
partners:staff_partner_detail       302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
partners:staff_partner_suspend      302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
partners:staff_partner_reinstate    302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
partners:staff_affiliation_list     302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
partners:staff_affiliation_start    302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
partners:staff_affiliation_end      302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/302
clients:product_list                302/302  200/405  200/405  200/405  200/405  200/405  200/405  403/403
clients:product_detail              302/302  404/404  200/405  200/405  404/404  404/404  200/405  404/404
clients:product_describe            302/302  404/404  200/200  200/200  404/404  404/404  200/200  404/404
clients:product_automatic           302/302  404/404  403/403  200/302  404/404  404/404  200/302  404/404
clients:product_cancel              302/302  404/404  403/403  200/200  404/404  404/404  403/403  404/404
clients:product_keep                302/302  404/404  403/403  200/409  404/404  404/404  403/403  404/404
clients:product_statistics          302/302  404/404  200/405  200/405  404/404  404/404  200/405  404/404
clients:product_transfer            302/302  404/404  403/403  200/200  404/404  404/404  403/403  404/404
clients:transfer_withdraw           302/302  404/404  403/403  200/302  404/404  404/404  404/404  404/404
clients:transfer_resend             302/302  404/404  403/403  200/302  404/404  404/404  404/404  404/404
clients:transfer_list               302/302  200/405  403/403  200/405  403/403  200/405  403/403  403/403
clients:renewals_pay                302/302  200/409  403/403  200/409  403/403  200/409  403/403  403/403
clients:transfer_answer             302/302  404/404  403/403  200/302  404/404  404/404  404/404  404/404
clients:transfer_refuse             302/302  404/404  403/403  200/302  404/404  404/404  404/404  404/404
clients:transfer_link               302/302  404/404  404/404  302/404  404/404  404/404  404/404  404/404
clients:relationship_list           302/302  200/405  403/403  200/405  403/403  200/405  403/403  403/403
clients:partner_search              302/302  200/405  403/403  200/405  403/403  200/405  403/403  403/403
clients:partner_invite              302/302  200/200  403/403  200/200  403/403  200/200  403/403  403/403
clients:request_code                302/302  200/200  403/403  200/200  403/403  200/200  403/403  403/403
clients:access_review               302/302  200/405  403/403  200/405  403/403  200/405  403/403  403/403
clients:relationship_confirm        302/302  404/404  403/403  405/302  404/404  404/404  404/404  404/404
clients:relationship_narrow         302/302  404/404  403/403  405/302  404/404  404/404  404/404  404/404
clients:relationship_renew          302/302  404/404  403/403  405/302  404/404  404/404  404/404  404/404
clients:relationship_detail         302/302  404/404  403/403  200/405  404/404  404/404  404/404  404/404
clients:relationship_answer         302/302  404/404  403/403  200/200  404/404  404/404  404/404  404/404
clients:relationship_change         302/302  404/404  403/403  200/200  404/404  404/404  404/404  404/404
clients:relationship_sight          302/302  404/404  403/403  200/405  404/404  404/404  404/404  404/404
clients:switch_search               302/302  404/404  403/403  200/405  404/404  404/404  404/404  404/404
clients:switch                      302/302  404/404  403/403  200/200  404/404  404/404  404/404  404/404
clients:relationship_payer          302/302  404/404  403/403  200/200  404/404  404/404  404/404  404/404
clients:client_list                 302/302  404/404  404/404  404/404  200/405  200/405  404/404  404/404
clients:client_request              302/302  404/404  404/404  404/404  403/403  200/200  404/404  404/404
clients:client_detail               302/302  404/404  404/404  404/404  200/405  200/405  404/404  404/404
clients:client_answer               302/302  404/404  404/404  404/404  404/404  200/302  404/404  404/404
clients:client_enter                302/302  404/404  404/404  404/404  405/302  405/302  404/404  404/404
clients:client_leave                302/302  405/302  405/302  405/302  405/302  405/302  405/302  405/302
clients:client_assign               302/302  404/404  404/404  404/404  403/403  200/200  404/404  404/404
clients:client_unassign             302/302  404/404  404/404  404/404  403/403  200/302  404/404  404/404
clients:client_assignment_change    302/302  404/404  404/404  404/404  403/403  200/302  404/404  404/404
clients:client_people               302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
clients:client_person               302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
clients:client_why                  302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
clients:person_list                 302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
clients:person_detail               302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
clients:team_list                   302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
clients:team_create                 302/302  404/404  404/404  404/404  403/403  200/200  404/404  404/404
clients:team_detail                 302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
clients:team_change                 302/302  404/404  404/404  404/404  403/403  200/200  404/404  404/404
clients:team_members                302/302  404/404  404/404  404/404  403/403  200/302  404/404  404/404
clients:team_clients                302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
clients:team_clients_give           302/302  404/404  404/404  404/404  403/403  302/200  404/404  404/404
clients:team_clients_take           302/302  404/404  404/404  404/404  403/403  302/200  404/404  404/404
clients:team_delete                 302/302  404/404  404/404  404/404  403/403  200/302  404/404  404/404
clients:product_why                 302/302  404/404  404/404  404/404  404/404  404/404  200/405  404/404
clients:relationship_withdraw       302/302  404/404  403/403  409/409  404/404  404/404  404/404  404/404
clients:relationship_resend         302/302  404/404  403/403  409/409  404/404  404/404  404/404  404/404
clients:relationship_refuse         302/302  404/404  403/403  200/302  404/404  404/404  404/404  404/404
clients:relationship_end            302/302  404/404  403/403  200/200  403/403  200/200  404/404  404/404
clients:end_receipt                 302/302  404/404  403/403  200/405  404/404  200/405  404/404  404/404
clients:end_receipt_pdf             302/302  404/404  403/403  200/405  404/404  200/405  404/404  404/404
clients:relationship_link           302/302  404/404  404/404  302/404  404/404  404/404  404/404  404/404
catalogue:staff_offer_list          302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
catalogue:staff_offer_create        302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
catalogue:staff_offer_change        302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
catalogue:staff_family_create       302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
catalogue:staff_family_change       302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:order_list                  302/302  200/405  403/403  200/405  403/403  200/405  200/405  403/403
billing:order_place                 302/302  200/200  403/403  200/200  403/403  200/200  200/200  403/403
billing:offer_list                  302/302  200/405  403/403  200/405  403/403  200/405  200/405  403/403
billing:cart                        302/302  200/409  403/403  200/409  403/403  200/409  200/409  403/403
billing:cart_add                    302/302  200/200  403/403  200/200  403/403  200/200  200/200  403/403
billing:cart_change                 302/302  200/302  403/403  200/302  403/403  200/302  200/302  403/403
billing:cart_remove                 302/302  404/404  404/404  302/302  404/404  404/404  404/404  404/404
billing:cart_discard                302/302  404/404  404/404  200/302  404/404  404/404  404/404  404/404
billing:renew                       302/302  200/200  403/403  200/200  403/403  200/200  200/200  403/403
billing:due_list                    302/302  200/405  403/403  200/405  403/403  200/405  200/405  403/403
billing:renew_clients               302/302  200/200  403/403  200/200  403/403  200/200  200/200  403/403
billing:product_renewal             302/302  404/404  403/403  200/405  404/404  404/404  200/405  404/404
billing:plan_change                 302/302  404/404  403/403  200/200  404/404  404/404  200/200  404/404
billing:plan_keep                   302/302  404/404  403/403  200/302  404/404  404/404  200/302  404/404
billing:units_add                   302/302  404/404  403/403  200/200  404/404  404/404  200/200  404/404
billing:units_take                  302/302  404/404  403/403  200/200  404/404  404/404  403/403  404/404
billing:units_keep                  302/302  404/404  403/403  200/302  404/404  404/404  403/403  404/404
billing:order_detail                302/302  404/404  403/403  200/405  404/404  404/404  404/404  404/404
billing:line_explain                302/302  404/404  404/404  200/405  403/403  200/405  200/405  404/404
billing:invoice_list                302/302  200/405  403/403  200/405  403/403  200/405  403/403  403/403
billing:invoice_detail              302/302  404/404  404/404  200/405  404/404  404/404  404/404  404/404
billing:invoice_pdf                 302/302  404/404  404/404  200/405  404/404  404/404  404/404  404/404
billing:invoice_vat                 302/302  404/404  404/404  200/405  404/404  404/404  404/404  404/404
billing:invoice_pay                 302/302  404/404  404/404  200/200  404/404  404/404  404/404  404/404
billing:prepaid                     302/302  200/405  403/403  200/405  403/403  200/405  403/403  403/403
billing:withdraw                    302/302  404/404  403/403  200/200  403/403  200/200  404/404  404/404
billing:withdrawal_take_back        302/302  404/404  404/404  200/302  404/404  404/404  404/404  404/404
billing:credit_note_list            302/302  200/405  403/403  200/405  403/403  200/405  403/403  403/403
billing:credit_note_detail          302/302  404/404  404/404  200/405  404/404  404/404  404/404  404/404
billing:credit_note_pdf             302/302  404/404  404/404  200/405  404/404  404/404  404/404  404/404
billing:credit_note_vat             302/302  404/404  404/404  200/405  404/404  404/404  404/404  404/404
billing:earnings                    302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
billing:earning_list                302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
billing:pending_list                302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
billing:unearned_list               302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
billing:simulator                   302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
billing:export_list                 302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
billing:export_start                302/302  404/404  404/404  404/404  403/403  200/200  404/404  404/404
billing:export_detail               302/302  404/404  404/404  404/404  404/404  200/405  404/404  404/404
billing:export_cancel               302/302  404/404  404/404  404/404  404/404  405/302  404/404  404/404
billing:export_download             302/302  404/404  404/404  404/404  404/404  404/405  404/404  404/404
billing:resale_list                 302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
billing:resale_draft                302/302  404/404  404/404  404/404  404/404  200/200  404/404  404/404
billing:resale_detail               302/302  404/404  404/404  404/404  404/404  200/405  404/404  404/404
billing:resale_issue                302/302  404/404  404/404  404/404  404/404  200/409  404/404  404/404
billing:resale_pdf                  302/302  404/404  404/404  404/404  404/404  200/405  404/404  404/404
billing:staff_price_list            302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_rate_list             302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_rate_import           302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:staff_rate_detail           302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_rate_change           302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:staff_rate_withdraw         302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:staff_invoice_list          302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_invoice_detail        302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_invoice_vat           302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_line_explain          302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_payment               302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:staff_renewal_list          302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_renewal_retry         302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/302
billing:staff_credit                302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:staff_credit_note_list      302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_credit_note_detail    302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_credit_note_vat       302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_account_list          302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_account_detail        302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_top_up                302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:staff_correct               302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:staff_correction_list       302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_correction_detail     302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_correction_approve    302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:staff_correction_reject     302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/302
billing:staff_incoming_list         302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_statement             302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:staff_incoming_detail       302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_incoming_again        302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/302
billing:staff_incoming_clarify      302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:staff_withdrawal_list       302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_withdrawal_detail     302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_withdrawal_approve    302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:staff_withdrawal_pay_out    302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/409
billing:staff_withdrawal_reject     302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/200
billing:staff_checks                302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_check_start           302/302  403/403  403/403  403/403  403/403  403/403  403/403  405/302
billing:staff_job_list              302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_job_detail            302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
billing:staff_job_retry             302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/409
tenders:board                       200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
tenders:post                        200/200  200/200  200/200  200/200  200/200  200/200  200/200  200/200
tenders:post_sent                   200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
tenders:confirm                     200/302  200/302  200/302  200/302  200/302  200/302  200/302  200/302
tenders:author_detail               200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
tenders:author_award                200/302  200/302  200/302  200/302  200/302  200/302  200/302  200/302
tenders:author_delete               200/302  200/302  200/302  200/302  200/302  200/302  200/302  200/302
tenders:account_list                302/302  200/405  403/403  200/405  403/403  200/405  403/403  403/403
tenders:account_post                302/302  200/200  403/403  200/200  403/403  200/200  403/403  403/403
tenders:account_detail              302/302  404/404  403/403  200/405  404/404  404/404  404/404  404/404
tenders:account_award               302/302  404/404  403/403  200/302  404/404  404/404  404/404  404/404
tenders:account_delete              302/302  404/404  403/403  200/302  404/404  404/404  404/404  404/404
tenders:inbox                       302/302  404/404  404/404  404/404  200/405  200/405  404/404  404/404
tenders:contract_list               302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
tenders:tender_detail               302/302  404/404  404/404  404/404  200/405  200/405  404/404  404/404
tenders:proposal_send               302/302  404/404  404/404  404/404  403/403  200/200  404/404  404/404
tenders:contract_record             302/302  404/404  404/404  404/404  403/403  200/200  404/404  404/404
tenders:staff_list                  302/302  403/403  403/403  403/403  403/403  403/403  403/403  200/405
tenders:staff_detail                302/302  404/404  404/404  404/404  404/404  404/404  404/404  200/405
directory:listing_list              200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
directory:listing_detail            200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
directory:verify                    200/405  200/405  200/405  200/405  200/405  200/405  200/405  200/405
directory:listing_change            302/302  404/404  404/404  404/404  403/403  200/200  404/404  404/404
directory:listing_preview           302/302  404/404  404/404  404/404  403/403  200/405  404/404  404/404
directory:listing_publish           302/302  404/404  404/404  404/404  403/403  200/302  404/404  404/404
directory:listing_hide              302/302  404/404  404/404  404/404  403/403  200/302  404/404  404/404
"""


def matrix() -> dict[str, dict[tuple[str, str], int]]:
    """Return {address: {(visitor, method): code}}."""
    found = {}
    for line in MATRIX_TEXT.strip().splitlines():
        name, *cells = line.split()
        assert len(cells) == len(visitors.VISITORS), name
        found[name] = {
            (visitor, method): int(code)
            for visitor, cell in zip(visitors.VISITORS, cells, strict=True)
            for method, code in zip(("get", "post"), cell.split("/"), strict=True)
        }
    return found


MATRIX = matrix()


def our_addresses() -> set[str]:
    """Return the names of all addresses that are ours."""
    return {name for name, view in views() if not view.__module__.startswith(OTHERS)}


def words_of(response) -> str:
    """Return a page's text; a download has none."""
    return "" if response.streaming else response.content.decode(errors="replace")


def test_every_address_is_in_the_matrix():
    """A new address fails until somebody has decided who may."""
    assert our_addresses() == set(MATRIX)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("visitor", visitors.VISITORS)
def test_visitor_gets_what_the_matrix_says(visitor, method):
    site = visitors.build()
    wrong = []

    for name, codes in MATRIX.items():
        with transaction.atomic():
            response = getattr(site.browser(visitor), method)(reverse(name, args=site.arguments.get(name, [])))
            transaction.set_rollback(True)
        if response.status_code != codes[visitor, method]:
            wrong.append(f"{name}: {response.status_code} instead of {codes[visitor, method]}")
        if method == "post" and (found := DJANGO.search(words_of(response))):
            wrong.append(f"{name}: answers with Django's {found[0]}")

    assert wrong == []


@pytest.mark.parametrize("visitor", [visitor for visitor in visitors.VISITORS if visitor != "anonymous"])
def test_unknown_and_foreign_answer_alike(visitor):
    """Promise 2: where a foreign row answers 404 or 403, a row that does not exist answers the same."""
    site = visitors.build()
    browser = site.browser(visitor)
    told_apart = []

    for name, arguments in site.arguments.items():
        if not all(isinstance(one, int) for one in arguments) or MATRIX[name][visitor, "get"] not in {403, 404}:
            continue
        missing = browser.get(reverse(name, args=[10**9 for _ in arguments])).status_code
        if missing != MATRIX[name][visitor, "get"] and not _may_see(name, visitor):
            told_apart.append(f"{name}: {missing} if missing, {MATRIX[name][visitor, 'get']} if foreign")

    assert told_apart == []


def _may_see(name: str, visitor: str) -> bool:
    """Members of the same organisation know its rows: 403 tells them nothing. Approved partners are public."""
    own = {
        "client_collaborator": (
            "accounts:",
            "clients:",
            "billing:order",
            "billing:product",
            "billing:plan",
            "billing:units",
            "tenders:account",
        ),
        "in_space": ("clients:product", "billing:units"),
        "partner_collaborator": ("",),
    }
    return name.startswith(own.get(visitor, ("-",))) or name in {"clients:partner_invite", "billing:export_download"}
